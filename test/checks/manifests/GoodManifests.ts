/** Manifests on which every check passes, and others that differ in a text. */
import { Effect } from "effect"
import { judgeManifests } from "../../../src/checks/manifests/ManifestChecks.ts"
import { readWorkloads } from "../../../src/checks/manifests/ManifestReading.ts"
import { codesIn, sentenceIn } from "../Judged.ts"

/** A ConfigMap and a Deployment. */
export const goodManifests = `apiVersion: v1
kind: ConfigMap
metadata: {name: counterfoil}
data:
  CASSANDRA_CONTACT_POINTS: cassandra-1,cassandra-2
  SHUTDOWN_TIMEOUT: 20s
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: counterfoil
spec:
  replicas: 2
  template:
    spec:
      terminationGracePeriodSeconds: 30
      containers:
        - name: counterfoil
          image: example.org/counterfoil:1
          command: ["node", "bin/counterfoil.js"]
          args: ["run", "--payment-grace", "40s"]
          envFrom:
            - configMapRef: {name: counterfoil}
          env:
            - name: HTTP_HOST
              value: 0.0.0.0
            - name: CASSANDRA_USERNAME
              value: counterfoil
            - name: CASSANDRA_PASSWORD
              valueFrom: {secretKeyRef: {name: cassandra, key: password}}
            - name: GOOGLE_APPLICATION_CREDENTIALS
              value: /secrets/key.json
          ports:
            - {name: http, containerPort: 8080}
          resources:
            limits: {memory: 512Mi}
          livenessProbe:
            httpGet: {path: /live, port: http}
          readinessProbe:
            httpGet: {path: /ready, port: 8080}
          startupProbe:
            httpGet: {path: /live, port: http}
        - name: proxy
          image: example.org/proxy:1
`

/** The same with one text in place of another, which must be there. */
export const instead = (text: string, other: string): string => {
  if (!goodManifests.includes(text)) throw new Error(`there is no ${text}`)
  return goodManifests.replace(text, other)
}

/** What the checks find in a file `run.yaml` of this text. */
export const foundIn = (text: string) =>
  Effect.map(readWorkloads([{ file: "run.yaml", text }]), (reading) => {
    const results = judgeManifests(reading)
    return { results, reading, codes: codesIn(results), sentence: sentenceIn(results) }
  })
