import type { Mail } from "@lib/mail/mailer.ts";

/** What a mail is about. A link belongs to all but the suspension notice. */
export type MailTemplate = "verify" | "reset" | "reset_existing" | "deletion" | "suspension";

type LinkVariables = {
  /** The account's current address, named in the text. */
  email: string;
  url: string;
};

type SuspensionVariables = {
  email: string;
  reasons: readonly string[];
  /** Null when the suspension has no end. */
  durationDays: number | null;
};

/** What a template shows. */
export type MailVariables<T extends MailTemplate> = T extends "suspension" ? SuspensionVariables : LinkVariables;

/** How a mail is written, and to whom. */
export type MailOptions = {
  /** Branded text and HTML instead of white-label text. */
  production: boolean;
  /** Delivered here instead of to `email`: the new address of an e-mail move. */
  to?: string;
};

/** Templates that carry a link, and the path in front of its token. */
const linkPaths = { verify: "login/verify", reset: "login/reset", reset_existing: "login/reset", deletion: "delete" };

/** The link of a mail: `{app}/login/verify/{token}` and so on (conformance settings-36). */
export function mailLink(appUrl: string, template: keyof typeof linkPaths, token: string): string {
  return `${appUrl}/${linkPaths[template]}/${token}`;
}

type Content = {
  subject: string;
  title: string;
  lines: string[];
  action?: { label: string; url: string };
  email: string;
};

/** A mail ready to send. Values are escaped in both parts, so that none can bring markup or a second link. */
export function renderMail<T extends MailTemplate>(
  template: T,
  variables: MailVariables<T>,
  { production, to = variables.email }: MailOptions,
): Mail {
  const content =
    "url" in variables
      ? linkContent(template, variables, production)
      : suspensionContent(variables as SuspensionVariables, production); // the only variables without a URL
  const mail: Mail = { to, subject: content.subject, text: renderText(content) };
  return production ? { ...mail, html: renderHtml(content) } : mail;
}

const links: Record<string, { branded: [string, string]; plain: [string, string]; lines: string[]; label: string }> = {
  verify: {
    branded: ["Verify your Stoat account.", "You're almost there!"],
    plain: ["Verify your account.", "Verify your account"],
    lines: ["Confirm that this address is yours to finish setting up your account."],
    label: "Verify address",
  },
  reset: {
    branded: ["Reset your Stoat password.", "Reset your password"],
    plain: ["Reset your password.", "Reset your password"],
    lines: ["Somebody, hopefully you, asked to set a new password for this account."],
    label: "Set a new password",
  },
  reset_existing: {
    branded: ["You already have a Stoat account, reset your password.", "You already have an account"],
    plain: ["Reset your password.", "Reset your password"],
    lines: ["Somebody, hopefully you, tried to register with this address, which already has an account."],
    label: "Set a new password",
  },
  deletion: {
    branded: ["Confirm account deletion.", "Delete your account"],
    plain: ["Confirm account deletion.", "Delete your account"],
    lines: ["Somebody, hopefully you, asked to delete this account. This cannot be taken back."],
    label: "Delete account",
  },
};

function linkContent(template: MailTemplate, { email, url }: LinkVariables, production: boolean): Content {
  // White label knows no text of its own for an existing account: it must not tell apart who asked.
  const words = links[template === "reset_existing" && !production ? "reset" : template];
  if (!words) throw new Error(`no mail template ${template}`);
  const [subject, title] = production ? words.branded : words.plain;
  return {
    subject,
    title,
    lines: words.lines,
    action: { label: words.label, url: escapeHtml(url) },
    email: escapeHtml(email),
  };
}

function suspensionContent({ email, reasons, durationDays }: SuspensionVariables, production: boolean): Content {
  const lines = [`Your account has been suspended for: ${escapeHtml(reasons.join(", "))}.`];
  if (production && durationDays !== null) lines.push(`The suspension lasts ${durationDays} days.`);
  return { subject: "Account Suspension", title: "Your account is suspended", lines, email: escapeHtml(email) };
}

function renderText({ title, lines, action, email }: Content): string {
  const parts = [title, ...lines];
  if (action) parts.push(`${action.label}:\n${action.url}`, "If this was not you, ignore this message.");
  return `${[...parts, `This message is for ${email}.`].join("\n\n")}\n`;
}

function renderHtml({ subject, title, lines, action, email }: Content): string {
  const paragraphs = lines.map((line) => `<p>${line}</p>`).join("\n");
  const link = action
    ? `<p><a href="${action.url}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#4f46e5;color:#ffffff;text-decoration:none">${action.label}</a></p>
<p style="font-size:13px">Or open this address: <a href="${action.url}">${action.url}</a></p>
<p>If this was not you, ignore this message.</p>`
    : "";
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${subject}</title></head>
<body style="margin:0;padding:24px;font-family:sans-serif;color:#1f2937;background:#f9fafb">
<div style="max-width:520px;margin:0 auto;padding:24px;border-radius:8px;background:#ffffff">
<h1 style="font-size:20px">${title}</h1>
${paragraphs}
${link}
<p style="font-size:12px;color:#6b7280">This message is for ${email}.</p>
</div>
</body>
</html>
`;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
