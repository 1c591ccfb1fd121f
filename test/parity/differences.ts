// The known differences between the HTTP metrics of promtel and of the official instrumentations, with reasons.

export interface Difference {
  readonly why: string;
  readonly metric: 'http.server.request.duration' | 'http.client.request.duration';
  readonly scenarios: readonly string[];
  /** The attributes that promtel gives the series of the metric instead; undefined where it leaves one out. */
  readonly instead?: Readonly<Record<string, string | number | undefined>>;
  /** The attributes of a series that only promtel has. */
  readonly added?: Readonly<Record<string, string | number>>;
}

export const differences: readonly Difference[] = [
  {
    why: 'The official one takes the root for a match of the URL / alone, and leaves the route out as soon as there is a query.',
    metric: 'http.server.request.duration',
    scenarios: ['the root with a query'],
    instead: { 'http.route': '/' },
  },
  {
    why: 'A request that was never answered is recorded as a success, with a status of 200 that nobody sent.',
    metric: 'http.server.request.duration',
    scenarios: [
      'a client that leaves before the answer',
      'a server that drops the connection',
      'a request that is dropped',
      'a request that is given up',
      'fetch that is dropped',
      'fetch that is given up',
      'fetch that takes too long',
    ],
    instead: { 'http.response.status_code': undefined, 'error.type': 'aborted' },
  },
  {
    why: 'An answer that broke off is recorded as a success.',
    metric: 'http.server.request.duration',
    scenarios: ['a client that leaves in the answer', 'a request that is cut off', 'fetch that is cut off'],
    instead: { 'error.type': 'aborted' },
  },
  {
    why: 'An upgrade is not recorded at all.',
    metric: 'http.server.request.duration',
    scenarios: ['an upgrade'],
    added: {
      'http.request.method': 'GET',
      'http.response.status_code': 101,
      'network.protocol.version': '1.1',
      'url.scheme': 'http',
    },
  },
  {
    why: 'All errors of a connection have the name Error; the official one for fetch has their code, which says what is wrong.',
    metric: 'http.client.request.duration',
    scenarios: ['a request to nobody'],
    instead: { 'error.type': 'ECONNREFUSED' },
  },
  {
    why: 'As above; and an answer that broke off is recorded as a success.',
    metric: 'http.client.request.duration',
    scenarios: ['a request that is dropped', 'a request that is cut off'],
    instead: { 'error.type': 'ECONNRESET' },
  },
  {
    why: 'A fetch that the application gave up has neither a status nor an error.',
    metric: 'http.client.request.duration',
    scenarios: ['fetch that is given up'],
    instead: { 'error.type': 'AbortError' },
  },
  {
    why: 'A DOMException has a number for a code, which is recorded as error.type 23.',
    metric: 'http.client.request.duration',
    scenarios: ['fetch that takes too long'],
    instead: { 'error.type': 'TimeoutError' },
  },
];
