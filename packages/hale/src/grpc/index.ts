export { addHealthService, type GrpcHealthService } from './add-health-service.ts'
export type { GrpcServer } from './grpc-server.ts'
export type { GrpcHealthOptions } from './grpc-settings.ts'
export type { WatchedHealth } from './serving-status.ts'
