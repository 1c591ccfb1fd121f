// Serves requests on the loopback address, and gives the status and the route of each.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { routeOf } from '../../../src/core/http/route.ts';
import { eventually, listen } from './http-traffic.ts';

export interface Answer {
  readonly status: number;
  readonly route: string | undefined;
}

/** Sends requests such as `GET /users/1`, one after the other. */
export async function answersOf(listener: RequestListener, requests: readonly string[]): Promise<Answer[]> {
  const finished: IncomingMessage[] = [];
  const onFinish = (message: unknown): void => void finished.push((message as { request: IncomingMessage }).request);
  subscribe('http.server.response.finish', onFinish);
  const server = createServer(listener);
  const port = await listen(server);
  const answers: Answer[] = [];
  try {
    for (const [index, request] of requests.entries()) {
      const [method, path] = request.split(' ') as [string, string];
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      await response.arrayBuffer();
      await eventually(() => {
        if (finished.length <= index) throw new Error(`${request} is not finished`);
      });
      answers.push({ status: response.status, route: routeOf(finished[index]!, response.status) });
    }
  } finally {
    unsubscribe('http.server.response.finish', onFinish);
    server.closeAllConnections();
    server.close();
  }
  return answers;
}

/** The routes alone, by request. */
export async function routesOf(
  listener: RequestListener,
  requests: readonly string[],
): Promise<Record<string, string | undefined>> {
  const answers = await answersOf(listener, requests);
  return Object.fromEntries(requests.map((request, index) => [request, answers[index]!.route]));
}
