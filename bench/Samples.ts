/** When messages were published, received and durable, and how that is written to a file. */

/** When one message was published, received and durable. **Units**: milliseconds since the epoch, with fractions. */
export interface Sample {
  readonly publishedAt: number
  readonly receivedAt: number
  readonly durableAt: number
}

/** The two streams. */
export const streamNames = ["orders", "payments"] as const

/** One of {@link streamNames}. */
export type StreamName = (typeof streamNames)[number]

/** The samples of each stream. */
export type Samples = Readonly<Record<StreamName, Array<Sample>>>

/** Four doubles a sample: the stream's place in {@link streamNames}, published, received, durable. */
export const encodeSamples = (samples: Samples): Uint8Array => {
  const numbers = streamNames.flatMap((stream, place) =>
    samples[stream].flatMap(({ publishedAt, receivedAt, durableAt }) => [
      place,
      publishedAt,
      receivedAt,
      durableAt
    ])
  )
  return new Uint8Array(Float64Array.from(numbers).buffer)
}

/** Reads what {@link encodeSamples} wrote. */
export const decodeSamples = (bytes: Uint8Array): Samples => {
  const samples: Samples = { orders: [], payments: [] }
  // A copy, because the bytes of a file may lie anywhere and doubles may not.
  const numbers = new Float64Array(Uint8Array.from(bytes).buffer)
  for (let at = 0; at + 3 < numbers.length; at += 4) {
    const [place = 0, publishedAt = 0, receivedAt = 0, durableAt = 0] = numbers.subarray(at, at + 4)
    const stream = streamNames[place]
    if (stream !== undefined) samples[stream].push({ publishedAt, receivedAt, durableAt })
  }
  return samples
}
