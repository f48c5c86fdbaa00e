import { channelRules } from "@lib/gateway/rules/channel-rules.ts";
import { messageRules } from "@lib/gateway/rules/message-rules.ts";
import type { Rules } from "@lib/gateway/rules/rule.ts";
import { serverRules } from "@lib/gateway/rules/server-rules.ts";
import { userRules } from "@lib/gateway/rules/user-rules.ts";

/** Every rule. A kind of event that is not here goes unchanged to its topics. */
export const rules: Rules = { ...messageRules, ...channelRules, ...serverRules, ...userRules };
