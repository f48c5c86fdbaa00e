import { isMailOn } from "@lib/domain/accounts/account-mail.ts";
import type { Settings } from "@lib/settings/settings.ts";
import { isVolatile } from "@lib/settings/volatile-store.ts";
import type { Running } from "@services/ermine/start.ts";
import { resolve } from "node:path";

/** What somebody who started everything is told: where it all is, and what to do next. */
export function greeting(
  { url, privateUrl }: Pick<Running, "url" | "privateUrl">,
  settings: Settings,
  command: string,
): string {
  const { ermine, hosts } = settings;
  return `
  Ermine is running.

    For people     ${url}
    API            ${hosts.api}
    Events         ${hosts.events}
    Data           ${dataPlace(ermine)}
    Health         ${privateUrl}health/ready   (private)

  Next: point a Stoat client at the API address above and register.
  ${mailRule(settings)}
  \`${command} settings\` shows every setting. Ctrl-C stops.
`;
}

function dataPlace(ermine: Settings["ermine"]): string {
  if (isVolatile(ermine)) return "in memory: all of it is lost when this ends";
  return ermine.store.startsWith("sqlite:") ? resolve(ermine.store.slice("sqlite:".length)) : "MongoDB";
}

function mailRule(settings: Settings): string {
  const { api, ermine } = settings;
  if (!isMailOn(settings)) return "No mail is sent until api.smtp.host is set; new accounts are verified at once.";
  if (ermine.mail === "smtp:") return `Mail is sent through ${api.smtp.host}.`;
  return `Mail is not sent but written to ${resolve(ermine.mail.slice("outbox:".length))}.`;
}
