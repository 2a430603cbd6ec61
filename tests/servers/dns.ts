import { createSocket } from 'node:dgram'

/** What a name server answers: records for an A question, or a failure. */
export type DnsBehaviour =
  | { readonly kind: 'records'; readonly addresses: readonly string[] }
  /** NXDOMAIN 3, SERVFAIL 2, REFUSED 5. */
  | { readonly kind: 'failure'; readonly code: number }
  | { readonly kind: 'silent' }
  /** Answers with something that is no DNS message. */
  | { readonly kind: 'garbage' }

export interface DnsServer extends AsyncDisposable {
  /** As resolvers want it: `127.0.0.1:port`. */
  readonly address: string
  /** How many questions came. */
  readonly questions: number
  /** The type of record that was asked for last, as a number: A 1, MX 15, SRV 33. */
  readonly lastType: number
  become(behaviour: DnsBehaviour): void
  close(): Promise<void>
}

const headerBytes = 12

/** A name server that answers every question alike (RFC 1035, UDP). */
export async function startDns(first: DnsBehaviour): Promise<DnsServer> {
  let behaviour = first
  let questions = 0
  let lastType = 0
  const socket = createSocket('udp4')
  socket.on('message', (question, { address, port }) => {
    questions++
    lastType = question.readUInt16BE(question.indexOf(0, headerBytes) + 1)
    const answer = answerTo(question, behaviour)
    if (answer !== undefined) socket.send(answer, port, address)
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(0, '127.0.0.1', resolve)
  })
  const { port } = socket.address()
  let open = true
  const close = async () => {
    if (!open) return
    open = false
    await new Promise<void>((resolve) => socket.close(resolve))
  }
  return {
    address: `127.0.0.1:${port}`,
    get questions() {
      return questions
    },
    get lastType() {
      return lastType
    },
    become(next) {
      behaviour = next
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function answerTo(question: Buffer, behaviour: DnsBehaviour): Buffer | undefined {
  if (behaviour.kind === 'silent') return undefined
  if (behaviour.kind === 'garbage')
    return Buffer.concat([question.subarray(0, 2), Buffer.from([0x81, 0x80, 0, 9])])
  const records = behaviour.kind === 'records' ? behaviour.addresses : []
  const header = Buffer.alloc(headerBytes)
  question.copy(header, 0, 0, 2)
  header.writeUInt16BE(0x8180 | (behaviour.kind === 'failure' ? behaviour.code : 0), 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  // The name ends with an empty label; its kind and its class follow.
  const asked = question.subarray(headerBytes, question.indexOf(0, headerBytes) + 5)
  const answers = records.map((address) =>
    // The name as a pointer to the question's; A, IN, for a minute, four bytes.
    Buffer.from([0xc0, headerBytes, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]),
  )
  return Buffer.concat([header, asked, ...answers])
}
