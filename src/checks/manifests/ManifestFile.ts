/** Reads files of Kubernetes manifests, and remembers where in them each field is. */
import { Effect, Result } from "effect"
import type { Document, LineCounter } from "yaml"

/** A file's name, as it was given, and its text. */
export interface ManifestText {
  readonly file: string
  readonly text: string
}

/** A path of fields and indexes. */
export type FieldPath = ReadonlyArray<string | number>

/** What a field holds. */
export type Field =
  | string
  | number
  | boolean
  | null
  | undefined
  | ReadonlyArray<Field>
  | { readonly [name: string]: Field }

/** An object of a file. */
export interface Manifest {
  readonly kind: string
  /** The whole object. */
  readonly root: Field
  /** Where a field is, or would be: `FILE:LINE (document 2, Deployment counterfoil) spec.replicas`. */
  readonly where: (path: FieldPath) => string
}

/** What cannot be read of a file. */
export interface Unreadable {
  readonly where: string
  readonly message: string
}

/** The objects of files, those within a `List` too. Nothing fails. */
export const readManifests = (
  texts: ReadonlyArray<ManifestText>
): Effect.Effect<{
  readonly manifests: ReadonlyArray<Manifest>
  readonly unreadable: ReadonlyArray<Unreadable>
}> =>
  Effect.gen(function* () {
    const { LineCounter: Lines, parseAllDocuments } = yield* Effect.promise(() => import("yaml"))
    const manifests: Array<Manifest> = []
    const unreadable: Array<Unreadable> = []
    for (const { file, text } of texts) {
      const lineCounter = new Lines()
      const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false })
      for (const [index, document] of ("empty" in documents ? [] : documents).entries()) {
        const [error] = document.errors
        if (error !== undefined) {
          const { line } = lineCounter.linePos(error.pos[0])
          unreadable.push({ where: `${file}:${line}`, message: error.message })
          continue
        }
        const parsed = { file, document, lineCounter, number: index + 1 }
        const objects = yield* Effect.result(Effect.try({ try: () => objectsOf(parsed), catch: String }))
        if (Result.isSuccess(objects)) manifests.push(...objects.success)
        else unreadable.push({ where: `${file}:${lineOf(parsed, [])}`, message: objects.failure })
      }
    }
    return { manifests, unreadable }
  })

interface Parsed {
  readonly file: string
  readonly document: Document
  readonly lineCounter: LineCounter
  readonly number: number
}

const objectsOf = (parsed: Parsed): ReadonlyArray<Manifest> => {
  const root: Field = parsed.document.toJS()
  const items = textAt(root, ["kind"]) === "List" ? listAt(root, ["items"]) : undefined
  return items === undefined
    ? [manifestOf(parsed, [], root)]
    : items.map((item, index) => manifestOf(parsed, ["items", index], item))
}

const manifestOf = (parsed: Parsed, prefix: FieldPath, root: Field): Manifest => {
  const kind = textAt(root, ["kind"]) ?? "object"
  const name = textAt(root, ["metadata", "name"]) ?? "without a name"
  const where = (path: FieldPath): string => {
    const line = lineOf(parsed, [...prefix, ...path])
    return `${parsed.file}:${line} (document ${parsed.number}, ${kind} ${name}) ${pathText(path)}`.trimEnd()
  }
  return { kind, root, where }
}

/** The line of a field; of the nearest field around it that is there, where it is not. */
const lineOf = ({ document, lineCounter }: Parsed, path: FieldPath): number => {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (typeof node !== "object" || node === null || !("range" in node)) continue
    const { range } = node
    if (Array.isArray(range)) return lineCounter.linePos(Number(range[0])).line
  }
  return 1
}

const pathText = (path: FieldPath): string =>
  path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("")

/** What is at a path; undefined where nothing is. */
export const fieldAt = (root: Field, path: FieldPath): Field => {
  let field: Field = root
  for (const step of path) {
    if (typeof field !== "object" || field === null) return undefined
    field = (field as { readonly [step: string | number]: Field })[step]
  }
  return field
}

/** A text at a path; undefined where there is none. */
export const textAt = (root: Field, path: FieldPath): string | undefined => {
  const field = fieldAt(root, path)
  return typeof field === "string" ? field : undefined
}

/** A number at a path; undefined where there is none. */
export const numberAt = (root: Field, path: FieldPath): number | undefined => {
  const field = fieldAt(root, path)
  return typeof field === "number" ? field : undefined
}

/** A list at a path; undefined where there is none. */
export const listAt = (root: Field, path: FieldPath): ReadonlyArray<Field> | undefined => {
  const field = fieldAt(root, path)
  return Array.isArray(field) ? field : undefined
}
