/** Keeps the frames of the last hour, within a bound of memory. */
import type { EncodedFrame } from "./Frame.ts"
import { framesBytesMax, framesMax, framesPerAnswer } from "./Limits.ts"

/** Frames as they are sent, and where to go on. */
export interface FramesSince {
  /** **Shape**: a JSON array of `{n, t, s, v, h}`, `h` only where it differs from that of the frame before. */
  readonly json: string
  /** The number of the last frame of these; what was asked for where there are none. */
  readonly next: number
  /** Whether there are more after these. */
  readonly hasMore: boolean
}

interface Kept extends EncodedFrame {
  readonly number: number
  /** A text that the frame before has too is held, and counted, once. */
  readonly bytes: number
}

/**
 * The last frames, numbered from 1.
 *
 * **Guarantee**: at most {@link framesMax} frames, of {@link framesBytesMax} together (G6): the oldest go first.
 */
export class FrameRing {
  readonly #frames: Array<Kept> = []
  #first = 0
  #number = 0
  #bytes = 0

  /** Takes one more frame. */
  add({ head, health }: EncodedFrame): void {
    const last = this.#frames.at(-1)
    const isSame = last?.health === health
    const bytes = head.length + (isSame ? 0 : health.length) + frameOverheadBytes
    this.#number += 1
    this.#frames.push({ number: this.#number, head, health: isSame ? last.health : health, bytes })
    this.#bytes += bytes
    while (this.#bytes > framesBytesMax || this.#frames.length - this.#first > framesMax) this.#forgetOldest()
  }

  /** How many frames there are. */
  get size(): number {
    return this.#frames.length - this.#first
  }

  /** What they take. **Units**: bytes, about. */
  get bytes(): number {
    return this.#bytes
  }

  /** The frames after this number, {@link framesPerAnswer} at most. Of a number that is yet to come: all there are. */
  since(number: number, atMost = framesPerAnswer): FramesSince {
    const oldest = this.#number - this.size
    const after = number > this.#number ? oldest : Math.max(number, oldest)
    const start = this.#first + after - oldest
    const frames = this.#frames.slice(start, start + atMost)
    let health = ""
    const json = frames.map((frame) => {
      const changed = frame.health === health ? "" : `,"h":${frame.health}`
      health = frame.health
      return `{"n":${frame.number},${frame.head}${changed}}`
    })
    const next = frames.at(-1)?.number ?? this.#number
    return { json: `[${json.join(",")}]`, next, hasMore: next < this.#number }
  }

  /** The array is cut now and then, and not with each frame, which would move all of them. */
  #forgetOldest(): void {
    this.#bytes -= this.#frames[this.#first]?.bytes ?? 0
    this.#first += 1
    if (this.#first < framesPerAnswer) return
    this.#frames.splice(0, this.#first)
    this.#first = 0
  }
}

/** What the engine needs for a frame besides its texts. */
const frameOverheadBytes = 80
