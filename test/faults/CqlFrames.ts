/** Frames of Cassandra's native protocol, versions 3 and 4: read, and made where an error is to be answered. */

/** One frame, as it came. */
export interface Frame {
  /** The whole of it. */
  readonly bytes: Buffer
  /** Ties an answer to its request; negative for what nobody asked for. */
  readonly stream: number
  readonly opcode: number
  readonly body: Buffer
}

/** What a frame is about. */
export const opcodes = { error: 0x00, result: 0x08, prepare: 0x09, execute: 0x0a } as const

/** Takes bytes as they come, and hands on each frame once it is whole. */
export const frameReader = (onFrame: (frame: Frame) => void): ((bytes: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32BE(5)
      if (rest.length < end) return
      const frame = rest.subarray(0, end)
      rest = rest.subarray(end)
      onFrame({
        bytes: frame,
        stream: frame.readInt16BE(2),
        opcode: frame.readUInt8(4),
        body: frame.subarray(headerBytes)
      })
    }
  }
}

/** The text that a PREPARE asks to prepare. */
export const preparedText = ({ body }: Frame): string => body.toString("utf8", 4, 4 + body.readUInt32BE(0))

/** The id that an answer gives to what was prepared; undefined where it is another answer. */
export const preparedId = ({ bytes, opcode, body }: Frame): string | undefined => {
  const hasPlainBody = (bytes.readUInt8(1) & flagsThatPrefix) === 0
  const isPrepared = opcode === opcodes.result && hasPlainBody && body.readUInt32BE(0) === resultPrepared
  return isPrepared ? shortBytes(body, 4) : undefined
}

/** The id of what an EXECUTE executes. */
export const executedId = ({ body }: Frame): string => shortBytes(body, 0)

/** Whether this bigint is among the values of an EXECUTE, by itself or in a list. */
export const carries = ({ body }: Frame, value: bigint): boolean => {
  const bound = Buffer.alloc(12)
  bound.writeUInt32BE(8)
  bound.writeBigInt64BE(value, 4)
  return body.includes(bound)
}

/** What a coordinator says of replicas that did not do as they should. */
export type CqlError =
  | { readonly _tag: "Unavailable" }
  | { readonly _tag: "Overloaded" }
  | { readonly _tag: "WriteTimeout"; readonly writeType: "SIMPLE" | "UNLOGGED_BATCH" }
  | { readonly _tag: "ReadTimeout" }
  | { readonly _tag: "ServerError" }
  | { readonly _tag: "WriteFailure"; readonly writeType: "SIMPLE" | "UNLOGGED_BATCH" }

/** The answer with which a coordinator fails a request. */
export const errorFrame = (request: Frame, error: CqlError): Buffer => {
  const body = errorBody(error)
  const header = Buffer.alloc(headerBytes)
  header.writeUInt8(request.bytes.readUInt8(0) | answerBit, 0)
  header.writeInt16BE(request.stream, 2)
  header.writeUInt8(opcodes.error, 4)
  header.writeUInt32BE(body.length, 5)
  return Buffer.concat([header, body])
}

const errorBody = (error: CqlError): Buffer => {
  switch (error._tag) {
    case "Unavailable":
      return Buffer.concat([
        int(0x1000),
        text("Cannot achieve consistency level"),
        localQuorum,
        int(1),
        int(0)
      ])
    case "Overloaded":
      return Buffer.concat([int(0x1001), text("Too many requests")])
    case "WriteTimeout":
      return Buffer.concat([
        ...[int(0x1100), text("Operation timed out"), localQuorum, noneOfOne],
        text(error.writeType)
      ])
    case "ServerError":
      return Buffer.concat([int(0x0000), text("java.lang.NullPointerException")])
    case "WriteFailure":
      // One replica failed, for a reason that has no number in protocol version 4.
      return Buffer.concat([
        ...[int(0x1500), text("Operation failed"), localQuorum, noneOfOne, int(1)],
        text(error.writeType)
      ])
    case "ReadTimeout":
      return Buffer.concat([int(0x1200), text("Operation timed out"), localQuorum, noneOfOne, Buffer.of(0)])
  }
}

const shortBytes = (body: Buffer, at: number): string =>
  body.toString("hex", at + 2, at + 2 + body.readUInt16BE(at))

const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes])
}

// Version, flags, stream (2 bytes), opcode, length of the body (4 bytes).
const headerBytes = 9

const answerBit = 0x80

// Tracing, custom payload, warnings: each puts something before the body's usual beginning.
const flagsThatPrefix = 0x0e

const resultPrepared = 4

const localQuorum = Buffer.of(0x00, 0x06)

// Replicas that answered, of those that had to.
const noneOfOne = Buffer.concat([int(0), int(1)])
