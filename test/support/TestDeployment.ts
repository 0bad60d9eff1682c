/** A deployment on the real servers of a test run. */
import { Effect, type Scope } from "effect"
import {
  type Deployment,
  type DeploymentOptions,
  makeDeployment,
  type ServerAddresses
} from "./Deployment.ts"
import {
  cassandraAddress,
  cassandraDataCenter,
  emulatorHost,
  projectId,
  serviceEnvironment
} from "./TestServices.ts"

/** Creates a deployment with the behaviour of the original: no grace. Servers are the run's, unless named here. */
export const testDeployment = (
  options: DeploymentOptions & Pick<Partial<ServerAddresses>, "pubsub" | "cassandra" | "credentials"> = {}
): Effect.Effect<Deployment, never, Scope.Scope> =>
  Effect.map(
    makeDeployment(
      {
        pubsub: options.pubsub ?? emulatorHost ?? "",
        projectId,
        cassandra: options.cassandra ?? cassandraAddress ?? "",
        dataCenter: cassandraDataCenter,
        ...(options.credentials === undefined ? {} : { credentials: options.credentials })
      },
      options
    ),
    (deployment) => ({
      ...deployment,
      environment: { ...serviceEnvironment, ...deployment.environment, PAYMENT_GRACE: "0" }
    })
  )
