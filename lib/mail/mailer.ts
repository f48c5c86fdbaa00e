/** The mail port. Sending never holds up a request: `send` accepts, a background runner delivers and retries. */

/** A mail to one person. */
export type Mail = {
  to: string;
  subject: string;
  text: string;
  html?: string;
};

/** Accepts mails and sees to their delivery. */
export interface Mailer {
  /**
   * Accepts a message for delivery in the background. Rejects only when the address cannot be sent to at all or the
   * bounded queue is full; transport failures are retried with backoff and logged.
   */
  send(mail: Mail): Promise<void>;
  /** Waits until everything accepted was delivered or given up, at most `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
