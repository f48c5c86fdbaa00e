import { type Server, type Socket, createServer } from "node:net";
import { TLSSocket, createServer as createTlsServer } from "node:tls";

/** What the server of the tests received. */
export type Received = { from: string; to: string[]; data: string; user: string; encrypted: boolean };

export type SmtpServerOptions = {
  /** TLS from the first byte. */
  implicit?: boolean;
  /** Offers STARTTLS. */
  starttls?: boolean;
  /** Answers the sender; null accepts. */
  onSender?: (address: string) => string | null;
  /** Answers the recipient; null accepts. */
  onRecipient?: (address: string) => string | null;
};

/** A small SMTP server for tests: real sockets, one message after the other, nothing stored but what a test reads. */
export async function smtpServer(options: SmtpServerOptions = {}) {
  const received: Received[] = [];
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const accept = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.write("220 test ESMTP\r\n");
    converse(socket, options.implicit === true);
  };
  const server: Server = options.implicit ? createTlsServer(testCertificate, accept) : createServer(accept);

  function converse(socket: Socket, encrypted: boolean): void {
    let buffer = "";
    let message: Received = { from: "", to: [], data: "", user: "", encrypted };
    let isData = false;
    const reply = (line: string) => void socket.write(`${line}\r\n`);
    const onData = (chunk: Buffer) => {
      buffer += chunk.toString();
      for (let end = buffer.indexOf("\r\n"); end !== -1; end = buffer.indexOf("\r\n")) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        onLine(line);
      }
    };
    const onLine = (line: string) => {
      if (isData) {
        if (line !== ".") return void (message.data += `${line}\n`);
        isData = false;
        received.push(message);
        message = { from: "", to: [], data: "", user: message.user, encrypted };
        return reply("250 kept");
      }
      commands.push(line.split(" ")[0]?.toUpperCase() ?? "");
      onCommand(line);
    };
    const onCommand = (line: string) => {
      const [, command = "", argument = ""] = /^(\w+) ?(.*)$/.exec(line) ?? [];
      switch (command.toUpperCase()) {
        case "EHLO":
          if (options.starttls && !encrypted) reply("250-STARTTLS");
          reply("250-AUTH PLAIN");
          return reply("250 8BITMIME");
        case "STARTTLS":
          if (!options.starttls) return reply("502 not here");
          reply("220 go ahead");
          socket.off("data", onData);
          return converse(new TLSSocket(socket, { isServer: true, ...testCertificate }), true);
        case "AUTH":
          message.user = Buffer.from(argument.replace("PLAIN ", ""), "base64").toString().replaceAll("\0", " ").trim();
          return reply("235 welcome");
        case "MAIL":
          message.from = /<(.*?)>/.exec(argument)?.[1] ?? "";
          return reply(options.onSender?.(message.from) ?? "250 ok");
        case "RCPT": {
          const address = /<(.*?)>/.exec(argument)?.[1] ?? "";
          const refusal = options.onRecipient?.(address) ?? null;
          if (refusal === null) message.to.push(address);
          return reply(refusal ?? "250 ok");
        }
        case "DATA":
          isData = true;
          return reply("354 go on");
        case "QUIT":
          reply("221 bye");
          return void socket.end();
        default:
          return reply("250 ok");
      }
    };
    socket.on("data", onData);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    port: address.port,
    received,
    commands,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Self-signed for localhost and used nowhere else: not a secret. */
export const testCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHVdyeC5fUejiGMEb
gs16xDDpnoEcE3BlSHtQ6Nf84S+hRANCAAT7Ikq4qloarRf6A05QX1iQCN4m07ck
p55ETtn/fZCk6+kupuU/lPVWQ7iA8GU3ueTgS8SNIjt+Uy1O1DpPlaHa
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUD+6roI/gv6v8+F98x/raaZxqKWgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDE5MjYwN1oYDzIxMjYxMDMx
MTkyNjA3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT7Ikq4qloarRf6A05QX1iQCN4m07ckp55ETtn/fZCk6+kupuU/lPVW
Q7iA8GU3ueTgS8SNIjt+Uy1O1DpPlaHao28wbTAdBgNVHQ4EFgQUt9WerD++c0ff
Ru5PTrZM951C488wHwYDVR0jBBgwFoAUt9WerD++c0ffRu5PTrZM951C488wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAPuOayros/6+gfT2kpjrFBGEOZWdOm9/7d4a28P0q2b9AiEA
xnQqWzcYSgOs3Z4OruwxmSJ2OkkD/phqzE7PF6kef18=
-----END CERTIFICATE-----`,
};
