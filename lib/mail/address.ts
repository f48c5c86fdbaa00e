/** The mail cannot be sent to this address at all. */
export class MailRefusedError extends Error {}

/** So much mail waits that no more is accepted. */
export class MailQueueFullError extends Error {}

/** Throws `MailRefusedError` for an address that could be read as several, as a header or as an SMTP command. */
export function assertDeliverable(address: string): void {
  const at = address.lastIndexOf("@");
  const isPlain = /^[^\s\x00-\x1f\x7f,;:<>()"\\]+$/.test(address) && address.length <= 320;
  if (!isPlain || at < 1 || at === address.length - 1)
    throw new MailRefusedError("not an address that mail can be sent to");
}
