// Where something listens, as it stands in a line for people and in a URL.

/** IPv6 addresses get their brackets. */
export function toHostPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
