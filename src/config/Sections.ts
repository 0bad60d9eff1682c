/** Every section there is, in the order of the reference. */
import { cassandraSection } from "./CassandraSection.ts"
import { processingSection } from "./ProcessingSection.ts"
import { pubSubSection } from "./PubSubSection.ts"
import { recorderSection } from "./RecorderSection.ts"
import { httpSection, logSection } from "./ServingSection.ts"
import { telemetrySection } from "./TelemetrySection.ts"

/** Every section there is, in the order of the reference; a command takes those it uses. */
export const sections = {
  pubSub: pubSubSection,
  cassandra: cassandraSection,
  processing: processingSection,
  http: httpSection,
  recorder: recorderSection,
  log: logSection,
  telemetry: telemetrySection
} as const
