import { describe, expect, test } from "bun:test";
import { isCompromised, requireSafePassword } from "@lib/domain/accounts/safe-password.ts";
import { Settings } from "@lib/settings/settings.ts";

const refusal = async (easypwned: string, password: string): Promise<unknown> => {
  const settings = Settings.parse({ api: { security: { easypwned } } });
  return requireSafePassword({ settings }, password).then(
    () => null,
    (error: { type: string }) => error.type,
  );
};

/** A service that gives one answer and remembers what it was asked. */
function service(answer: () => Response) {
  const asked: string[] = [];
  const server = Bun.serve({ port: 0, fetch: (request) => (asked.push(new URL(request.url).pathname), answer()) });
  return { url: `http://127.0.0.1:${server.port}`, asked, [Symbol.asyncDispose]: () => server.stop(true) };
}

describe("safe passwords", () => {
  test.each(["password", "12345678", "password1", "qwertyuiop"])("%s is well known", (password) => {
    expect(isCompromised(password)).toBe(true);
  });

  test.each([
    "password_insecure",
    "valid password",
    "wrong_password",
    "new password",
    "PASSWORD",
    "password\n12345678",
    "",
  ])("%p is not", (password) => {
    expect(isCompromised(password)).toBe(false);
  });

  test("the built-in list decides without a service", async () => {
    expect(await refusal("", "1234567")).toBe("ShortPassword");
    expect(await refusal("", "password")).toBe("CompromisedPassword");
    expect(await refusal("", "valid password")).toBeNull();
  });

  test("a service decides alone, and is asked for the digest only", async () => {
    await using secure = service(() => Response.json({ secure: true }));
    expect(await refusal(secure.url, "password")).toBeNull();
    expect(secure.asked).toEqual(["/hash/5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8"]);
    await using insecure = service(() => Response.json({ secure: false }));
    expect(await refusal(insecure.url, "valid password")).toBe("CompromisedPassword");
    expect(await refusal(secure.url, "short")).toBe("ShortPassword");
  });

  test("the built-in list decides while a service gives no answer", async () => {
    await using broken = service(() => new Response("oops", { status: 500 }));
    for (const url of [broken.url, "http://127.0.0.1:1"]) {
      expect(await refusal(url, "password")).toBe("CompromisedPassword");
      expect(await refusal(url, "valid password")).toBeNull();
    }
  });
});
