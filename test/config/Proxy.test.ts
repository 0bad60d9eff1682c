import { expect, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option } from "effect"
import { configuration } from "../../src/config/Configuration.ts"
import { pubSubSection } from "../../src/config/PubSubSection.ts"

const secret = "http://ann:hunter2@proxy.example"
const through = (address: string, variable: string) => ({ address, variable })

// As @grpc/grpc-js 1.14 reads them: only what it uses may be named as used.
it.effect.each([
  ["nothing", {}, undefined],
  ["a port", { https_proxy: `${secret}:3128` }, through("proxy.example:3128", "https_proxy")],
  ["no port", { http_proxy: secret }, through("proxy.example:80", "http_proxy")],
  ["an IPv6 address", { http_proxy: "http://[::1]:3128" }, through("[::1]:3128", "http_proxy")],
  [
    "all of them",
    { http_proxy: "http://a:1", https_proxy: "http://b:2", grpc_proxy: "http://c:3" },
    through("c:3", "grpc_proxy")
  ],
  [
    "variables that gRPC does not read",
    { HTTPS_PROXY: secret, HTTP_PROXY: secret, ALL_PROXY: secret },
    undefined
  ],
  ["another scheme before a good one", { https_proxy: "socks5://a:1", http_proxy: "http://b:2" }, undefined],
  ["what is no address", { https_proxy: "proxy:hunter2:x y" }, undefined],
  ["an emulator", { https_proxy: secret, PUBSUB_EMULATOR_HOST: "localhost:8085" }, undefined],
  ["the service excepted", { https_proxy: secret, no_proxy: "localhost,.googleapis.com" }, undefined],
  [
    "others excepted",
    { http_proxy: secret, no_proxy: "localhost,.internal" },
    through("proxy.example:80", "http_proxy")
  ],
  [
    "exceptions for gRPC, which count in place of the others",
    { http_proxy: secret, no_proxy: "googleapis.com", no_grpc_proxy: "localhost" },
    through("proxy.example:80", "http_proxy")
  ]
] as const)("the proxy in use with %s", ([, environment, proxy]) =>
  Effect.gen(function* () {
    const { settings, warnings } = yield* configuration({ pubSub: pubSubSection })
    expect(Option.getOrUndefined(settings.pubSub.proxy ?? Option.none())).toEqual(proxy)
    expect(JSON.stringify([settings.pubSub, warnings])).not.toContain("hunter2")
  }).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(environment))))
)
