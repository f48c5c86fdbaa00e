import { route } from "@lib/contract/route.ts";
import { RevoltConfig } from "@lib/model/instance.ts";

export const queryNode = route({
  id: "root_root",
  method: "get",
  path: "/",
  tag: "Core",
  summary: "Query Node",
  description: "Fetch the server configuration for this Revolt instance.",
  guards: [],
  success: { status: 200, schema: RevoltConfig },
  errors: [],
});
