import { BlockList, isIP } from "node:net";

/** Peers whose forwarded addresses are believed. */
export type TrustedProxies = (address: string) => boolean;

/** Compiles a list of addresses and CIDR ranges. Throws on an entry that is neither. */
export function trustedProxies(ranges: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", prefix] = range.split("/");
    const family = isIP(network);
    if (family === 0) throw new Error(`not an address or CIDR range: ${range}`);
    list.addSubnet(
      network,
      prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix),
      family === 4 ? "ipv4" : "ipv6",
    );
  }
  return (address) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/**
 * The address of the client: the peer's, unless the peer is a trusted proxy. Then the chain of `X-Forwarded-For` is
 * read from the right, skipping trusted proxies, so that a client cannot choose its own address (P16).
 * With `trustCloudflare`, `CF-Connecting-IP` of a trusted peer wins (conformance http-47).
 */
export function clientAddress(
  headers: Headers,
  peer: string,
  { trusted, trustCloudflare }: { trusted: TrustedProxies; trustCloudflare: boolean },
): string {
  const nearest = plainAddress(peer);
  const cloudflare = trustCloudflare ? headers.get("cf-connecting-ip") : null;
  if (cloudflare) return trusted(nearest) ? cloudflare.trim() : nearest;
  const forwarded = headers.get("x-forwarded-for");
  if (forwarded === null || !trusted(nearest)) return nearest;
  const chain = forwarded.split(",").map((hop) => plainAddress(hop.trim()));
  for (const hop of chain.reverse()) {
    if (isIP(hop) === 0) return nearest;
    if (!trusted(hop)) return hop;
  }
  return nearest;
}

/** `::ffff:1.2.3.4` is the IPv4 address 1.2.3.4 seen through a dual-stack socket. */
function plainAddress(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address;
}
