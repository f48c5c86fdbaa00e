import { describe, expect, test } from "bun:test";
import { type MailTemplate, mailLink, renderMail } from "@lib/mail/templates.ts";

type LinkTemplate = Exclude<MailTemplate, "suspension">;

const variables = { email: "ada@stoat.example", url: "https://chat.example/login/verify/abc" };

describe("mail templates", () => {
  test.each<[LinkTemplate, string]>([
    ["verify", "https://chat.example/login/verify/tok"],
    ["reset", "https://chat.example/login/reset/tok"],
    ["reset_existing", "https://chat.example/login/reset/tok"],
    ["deletion", "https://chat.example/delete/tok"],
  ])("settings-36: the link of %s is %s", (template, link) => {
    expect(mailLink("https://chat.example", template, "tok")).toBe(link);
  });

  test.each<[LinkTemplate, string, string]>([
    ["verify", "Verify your account.", "Verify your Stoat account."],
    ["reset", "Reset your password.", "Reset your Stoat password."],
    ["reset_existing", "Reset your password.", "You already have a Stoat account, reset your password."],
    ["deletion", "Confirm account deletion.", "Confirm account deletion."],
  ])("settings-37: %s is white-label text, or branded text with HTML in production", (template, plain, branded) => {
    const whiteLabel = renderMail(template, variables, { production: false });
    expect(whiteLabel.subject).toBe(plain);
    expect(whiteLabel.html).toBeUndefined();
    expect(whiteLabel.text).not.toContain("Stoat");
    const official = renderMail(template, variables, { production: true });
    expect(official.subject).toBe(branded);
    for (const part of [whiteLabel.text, official.text, official.html ?? ""]) {
      expect(part).toContain(variables.url);
      expect(part).toContain(variables.email);
    }
  });

  test("white label tells nobody that an account exists: reset_existing is reset", () => {
    const options = { production: false };
    expect(renderMail("reset_existing", variables, options)).toEqual(renderMail("reset", variables, options));
  });

  test("suspension shows the reasons, and in production the duration if there is one", () => {
    const suspended = { email: "ada@stoat.example", reasons: ["spam", "abuse"], durationDays: 3 };
    const branded = renderMail("suspension", suspended, { production: true });
    expect(branded.subject).toBe("Account Suspension");
    for (const part of [branded.text, branded.html]) expect(part).toMatch(/spam, abuse[\s\S]*3 days/);
    const plain = renderMail("suspension", suspended, { production: false });
    expect([plain.subject, plain.html]).toEqual(["Account Suspension", undefined]);
    expect(plain.text).not.toContain("3 days");
    const endless = renderMail("suspension", { ...suspended, durationDays: null }, { production: true });
    expect(endless.text).not.toContain("lasts");
  });

  test("values are escaped in both parts", () => {
    const hostile = { email: `"><img src='x'>&@stoat.example`, url: "https://chat.example/login/reset/x" };
    const { text, html = "" } = renderMail("reset", hostile, { production: true });
    for (const part of [text, html]) {
      expect(part).toContain("&quot;&gt;&lt;img src=&#39;x&#39;&gt;&amp;@stoat.example");
      expect(part).not.toContain("<img");
    }
  });

  test("a mail for an e-mail move goes to the new address and names the old one", () => {
    const moved = renderMail("verify", variables, { production: false, to: "new@stoat.example" });
    expect(moved.to).toBe("new@stoat.example");
    expect(moved.text).toContain("ada@stoat.example");
  });
});
