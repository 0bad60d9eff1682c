/** Files in memory, under a test clock: what a disk would keep of them if the power failed now is told apart. */
import { Effect, FileSystem, type Layer, PlatformError, Stream } from "effect"

/** A folder whose files are in memory. */
export interface MemoryFiles {
  readonly layer: Layer.Layer<FileSystem.FileSystem>
  readonly names: () => ReadonlyArray<string>
  readonly read: (name: string) => string
  /** Writes a file, as somebody's editor does. */
  readonly write: (name: string, text: string) => void
  /** What is left of a file after the power has failed; undefined where not even its name is. */
  readonly afterPowerLoss: (name: string) => string | undefined
}

interface MemoryFile {
  data: Buffer
  /** What was synchronised. */
  synced: Buffer
}

/** An empty folder. */
export const memoryFiles = (): MemoryFiles => {
  const files = new Map<string, MemoryFile>()
  let names: ReadonlySet<string> = new Set()
  const failing = (_tag: "NotFound" | "AlreadyExists", method: string) =>
    Effect.fail(PlatformError.systemError({ _tag, module: "FileSystem", method }))

  const folder = {
    sync: Effect.sync(() => {
      names = new Set(files.keys())
    })
  }
  const opened = (file: MemoryFile) => ({
    sync: Effect.sync(() => {
      file.synced = file.data
    }),
    writeAll: (bytes: Uint8Array) =>
      Effect.sync(() => {
        file.data = Buffer.concat([file.data, bytes])
      })
  })
  const layer = FileSystem.layerNoop({
    exists: (path) => Effect.sync(() => files.has(path)),
    stat: () => Effect.succeed({ type: "File" } as FileSystem.File.Info),
    open: (path, options) =>
      Effect.sync(() => {
        if (options?.flag === "r") return folder as unknown as FileSystem.File
        const file: MemoryFile = { data: Buffer.alloc(0), synced: Buffer.alloc(0) }
        files.set(path, file)
        return opened(file) as unknown as FileSystem.File
      }),
    remove: (path) => Effect.sync(() => void files.delete(path)),
    rename: (from, to) =>
      Effect.suspend(() => {
        const file = files.get(from)
        if (file === undefined) return failing("NotFound", "rename")
        files.delete(from)
        files.set(to, file)
        return Effect.void
      }),
    link: (from, to) =>
      Effect.suspend(() => {
        const file = files.get(from)
        if (file === undefined) return failing("NotFound", "link")
        if (files.has(to)) return failing("AlreadyExists", "link")
        files.set(to, file)
        return Effect.void
      }),
    stream: (path) =>
      Stream.suspend(() => {
        const file = files.get(path)
        return file === undefined
          ? Stream.fromEffect(failing("NotFound", "stream"))
          : Stream.succeed(new Uint8Array(file.data))
      })
  })
  return {
    layer,
    names: () => [...files.keys()],
    read: (name) => files.get(name)?.data.toString("utf8") ?? "",
    write: (name, text) => {
      files.set(name, { data: Buffer.from(text), synced: Buffer.from(text) })
    },
    afterPowerLoss: (name) => (names.has(name) ? files.get(name)?.synced.toString("utf8") : undefined)
  }
}
