// Reads a count from a metrics page, to check that a peer recorded the whole workload.

/** The sum of the samples of a name; with `text`, only of lines that contain it. */
export async function countOnPage(url: string, metric: string, text = ''): Promise<number> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith(`${metric}{`) && line.includes(text));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
