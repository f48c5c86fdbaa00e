import { route } from "@lib/contract/route.ts";
import { Username } from "@lib/contract/username.ts";
import { User } from "@lib/model/user.ts";
import { z } from "zod";

/** Whether somebody has yet to choose a username. */
export const DataHello = z
  .object({ onboarding: z.boolean().describe("Whether onboarding is required") })
  .meta({ id: "DataHello", title: "Onboarding Status" });

export const DataOnboard = z
  .object({
    username: Username.describe("New username which will be used to identify the user on the platform"),
  })
  .meta({ id: "DataOnboard", title: "New User Data" });

export const checkOnboarding = route({
  id: "hello_hello",
  method: "get",
  path: "/onboard/hello",
  tag: "Onboarding",
  summary: "Check Onboarding Status",
  description:
    "This will tell you whether the current account requires onboarding or whether you can continue to send requests as usual. You may skip calling this if you're restoring an existing session.",
  guards: ["session", "user?"],
  success: { status: 200, schema: DataHello },
  errors: [],
});

export const completeOnboarding = route({
  id: "complete_complete",
  method: "post",
  path: "/onboard/complete",
  tag: "Onboarding",
  summary: "Complete Onboarding",
  description: "This sets a new username, completes onboarding and allows a user to start using Revolt.",
  guards: ["session", "user?"],
  body: DataOnboard,
  success: { status: 200, schema: User },
  errors: ["AlreadyOnboarded", "InvalidUsername", "UsernameTaken"],
});
