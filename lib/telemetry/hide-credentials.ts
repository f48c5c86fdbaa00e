/**
 * What follows on `scheme://` with everything up to its last `@` masked, for a password may hold any character. Where that
 * `@` stands in a secret of the query, the rest of the secret goes, too.
 */
export function hideCredentials(rest: string, mask: string): string {
  const at = rest.lastIndexOf("@");
  if (at === -1) return rest;
  const tail = rest.slice(at + 1);
  return `${mask}@${endsInSecret(rest.slice(0, at)) ? tail.replace(/^[^&"']+/, "") : tail}`;
}

/** Whether text breaks off in a value whose name says that it is a secret. */
function endsInSecret(text: string): boolean {
  const last = text.slice(text.lastIndexOf("&") + 1);
  const end = last.indexOf("=");
  return end !== -1 && /password|secret|token|ticket|key/i.test(last.slice(0, end));
}
