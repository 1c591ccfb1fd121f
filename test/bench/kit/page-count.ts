// What a metrics page says was counted, to tell whether a peer has really measured what it was benchmarked with.

/** The sum of the samples of one name, of those whose line has the text where one is given. */
export async function countOnPage(url: string, metric: string, text = ''): Promise<number> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith(`${metric}{`) && line.includes(text));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
