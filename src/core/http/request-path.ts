// Extracts the path from an HTTP request target; ignored paths, such as those of probes, are matched against it.

/** The path without query or authority: `/health` of `/health?full=1` and of `http://host/health`. */
export function pathOf(target: string | undefined): string {
  if (target === undefined) return '';
  const path = target.startsWith('/') ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const end = path.indexOf('?');
  return end === -1 ? path : path.slice(0, end);
}
