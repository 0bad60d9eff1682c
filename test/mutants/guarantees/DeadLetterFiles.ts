/** Dead letters that go through a file, wrongly. */
import { type Mutant, unit } from "../Mutant.ts"

const corrected = "src/ingest/CorrectedAttempt.ts"
const discard = "src/ingest/DeadLetterDiscard.ts"
const fromFile = "test/ingest/RedriveFromFile.test.ts"
const ends = "test/ingest/RedriveFromFileEnds.test.ts"
const restore = "test/ingest/DeadLetterRestore.test.ts"
const discards = "test/ingest/DeadLetterDiscard.test.ts"
const onDisk = "test/deadletters/DeadLetterFileOnDisk.test.ts"

/** Mutants of what is done with files of dead letters. */
export const ofDeadLetterFiles: ReadonlyArray<Mutant> = [
  {
    name: "correction-acknowledged-before-effect",
    what: "acknowledges the original of a correction, then applies the correction",
    guarantee: "G1",
    file: corrected,
    text: "const tried = yield* attempt(",
    replacement:
      "yield* Effect.forEach([letters], (all) => options.subscription.ack(all.map(({ delivery }) => delivery)))\n      const tried = yield* attempt(",
    caughtBy: [unit(ends, "a write whose answer is lost acknowledges no original")]
  },
  {
    name: "original-applied-beside-correction",
    what: "applies the original too when it asks how far that would get",
    guarantee: "G2",
    file: corrected,
    text: "const originalsTried = yield* makeRedriveAttempt({ ...options, subscription, isDry: true })",
    replacement: "const originalsTried = yield* makeRedriveAttempt({ ...options, subscription })",
    caughtBy: [unit(fromFile, "of an original and its correction only the correction is applied")]
  },
  {
    name: "worse-correction-applied",
    what: "applies a correction that gets less far than its original",
    guarantee: "G1",
    file: corrected,
    text: `return reached.after < reached.before ? { _tag: "Refused" } : undefined`,
    replacement: "return undefined",
    caughtBy: [
      unit(fromFile, "a correction that gets less far than the original is refused"),
      unit(fromFile, "a correction that a newer payment would supersede")
    ]
  },
  {
    name: "correction-of-one-copy-only",
    what: "leaves the original of a corrected message in, where a crash has repeated its dead letter",
    guarantee: "G2",
    file: "src/deadletters/DeadLetterFileIndex.ts",
    text: 'corrections.get(messageKey(delivery) ?? "")',
    replacement: 'corrections.get("")',
    caughtBy: [
      unit(fromFile, "a crash that repeated a dead letter does not bring the original in"),
      unit(
        "test/deadletters/DeadLetterFileIndex.test.ts",
        "a correction holds for a dead letter that is the same"
      )
    ]
  },
  {
    name: "restore-version-from-arrival",
    what: "gives a restored dead letter the version of its arrival",
    guarantee: "G2",
    file: "src/deadletters/RestoredMessage.ts",
    text: "publishTimeMicros: muchLater }) !== versionMicros)",
    replacement: "publishTimeMicros: muchLater }) === -versionMicros)",
    caughtBy: [
      unit(restore, "a restored letter does not win over a payment that is newer than its original"),
      unit("test/deadletters/RestoredMessage.test.ts", "keeps its version")
    ]
  },
  {
    name: "restore-doubles",
    what: "publishes again what is still in the subscription",
    guarantee: undefined,
    file: "src/deadletters/DeadLetterRestore.ts",
    text: "if (found.isFound(delivery)) counts.present++",
    replacement: "if (found.isFound(delivery) && found.size < 0) counts.present++",
    caughtBy: [unit(restore, "leaves what is still in the subscription")]
  },
  {
    name: "discard-acknowledges-unexported",
    what: "acknowledges what it has read, and not only what it has exported",
    guarantee: "G1",
    file: discard,
    text: "for (const { delivery } of own) counted.push(delivery.ackId)",
    replacement: "for (const { delivery } of letters) counted.push(delivery.ackId)",
    caughtBy: [unit(discards, "acknowledges what is meant, once it is in a file, and nothing else")]
  },
  {
    name: "discard-before-file",
    what: "acknowledges, then finishes the file",
    guarantee: "G1",
    file: discard,
    text: "!(yield* confirm(counted.length))) return",
    replacement: "!(yield* confirm(counted.length))) return\n      yield* acknowledge(counted)",
    caughtBy: [unit(discards, "where the file cannot be finished, nothing is acknowledged")]
  },
  {
    name: "discard-unasked",
    what: "acknowledges whatever was answered",
    guarantee: "G1",
    file: discard,
    text: "if (counted.length === 0 || !(yield* confirm(counted.length))) return",
    replacement: "if (counted.length === 0) return\n      yield* confirm(counted.length)",
    caughtBy: [unit(discards, "without the right answer")]
  },
  {
    name: "file-not-synchronised",
    what: "takes a file for durable that a loss of power would empty",
    guarantee: "G1",
    file: "src/deadletters/DeadLetterFileWriter.ts",
    text: "yield* Effect.mapError(opened.sync, failed)",
    replacement: "",
    caughtBy: [unit(discards, "acknowledges what is meant, once it is in a file, and nothing else")]
  },
  {
    name: "half-file-looks-whole",
    what: "writes a file under its own name from the start",
    guarantee: undefined,
    file: "src/deadletters/DeadLetterFileWriter.ts",
    text: 'randomBytes(4).toString("hex")}.part',
    replacement: 'randomBytes(0).toString("hex")}',
    caughtBy: [unit(onDisk, "is there once it is whole, for its owner alone")]
  },
  {
    name: "file-of-another-replaced",
    what: "replaces the file of another process that got its name first",
    guarantee: "G1",
    file: "src/deadletters/DeadLetterFileWriter.ts",
    text: "files.link(part, file)",
    replacement: "files.rename(part, file)",
    caughtBy: [unit(onDisk, "does not replace one that another process has named since it looked")]
  },
  {
    name: "file-read-by-others",
    what: "lets everybody read a file of dead letters",
    guarantee: undefined,
    file: "src/deadletters/DeadLetterFileWriter.ts",
    text: "mode: 0o600",
    replacement: "mode: 0o644",
    caughtBy: [unit(onDisk, "is there once it is whole, for its owner alone")]
  }
]
