import { decodeCheckRequest, decodeListRequest, encodeStatus, encodeStatuses } from './messages.ts'
import type { ServingStatus } from './serving-status.ts'

/** How `@grpc/grpc-js` wants a method described. */
export interface MethodDefinition<Request, Response> {
  readonly path: string
  readonly requestStream: boolean
  readonly responseStream: boolean
  readonly requestSerialize: (value: Request) => Buffer
  readonly requestDeserialize: (bytes: Buffer) => Request
  readonly responseSerialize: (value: Response) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => Response
  readonly originalName: string
}

/**
 * The service grpc.health.v1.Health, described by hand: its five messages are not worth a protobuf library.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
export const healthDefinition = {
  Check: method('Check', false, decodeCheckRequest, encodeStatus),
  Watch: method('Watch', true, decodeCheckRequest, encodeStatus),
  List: method<object, ReadonlyMap<string, ServingStatus>>('List', false, decodeListRequest, encodeStatuses),
}

function method<Request, Response>(
  name: string,
  responseStream: boolean,
  requestDeserialize: (bytes: Buffer) => Request,
  responseSerialize: (value: Response) => Buffer,
): MethodDefinition<Request, Response> {
  return {
    path: `/grpc.health.v1.Health/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: serverOnly,
    requestDeserialize,
    responseSerialize,
    responseDeserialize: serverOnly,
    originalName: `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
  }
}

// The shape belongs to clients too, and this describes a server.
function serverOnly(): never {
  throw new Error('this definition of grpc.health.v1.Health serves; it calls nobody')
}
