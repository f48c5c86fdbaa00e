import type { Tree } from "@lib/settings/settings-tree.ts";

/** What `TEST_DB` changes, so that test set-ups of existing deployments keep their meaning (conformance settings-13). */
export function testDefaults(mode: string): Tree {
  return {
    environment: "test",
    database: { mongodb: mode === "REFERENCE" ? "" : "mongodb://localhost", redis: "redis://localhost/" },
    rabbit: { host: "127.0.0.1", port: 5672, username: "rabbituser", password: "rabbitpass" },
    features: { webhooks_enabled: true },
    api: {
      smtp: {
        host: "localhost",
        username: "smtp",
        password: "smtp",
        from_address: "development@stoat.chat",
        reply_to: "support@stoat.chat",
        port: 14025,
        use_tls: false,
      },
    },
  };
}
