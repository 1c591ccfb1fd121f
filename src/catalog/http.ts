// HTTP: requests served and sent. Names and attributes follow OpenTelemetry semantic conventions 1.44.
import { defineMetric } from '../core/metric.ts';
import {
  errorType,
  httpRequestMethod,
  httpResponseStatusCode,
  httpRoute,
  networkProtocolVersion,
  serverAddress,
  serverPort,
  urlScheme,
} from './attributes.ts';
import { BYTES_BODY, SECONDS_HTTP } from './buckets.ts';

const served = [httpRequestMethod, httpRoute, httpResponseStatusCode, urlScheme, networkProtocolVersion, errorType] as const;

export const httpServerRequestDuration = defineMetric({
  name: 'http.server.request.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of HTTP requests served.',
  stability: 'stable',
  buckets: SECONDS_HTTP,
  attributes: served,
});

export const httpServerActiveRequests = defineMetric({
  name: 'http.server.active_requests',
  instrument: 'updowncounter',
  unit: '{request}',
  brief: 'HTTP requests being served.',
  stability: 'development',
  attributes: [httpRequestMethod, urlScheme],
});

export const httpServerOpenConnections = defineMetric({
  name: 'http.server.open_connections',
  instrument: 'updowncounter',
  unit: '{connection}',
  brief: 'Connections open to the HTTP servers of the process.',
  stability: 'development',
  attributes: [],
});

export const httpServerRequestBodySize = defineMetric({
  name: 'http.server.request.body.size',
  instrument: 'histogram',
  unit: 'By',
  brief: 'Size of the bodies of HTTP requests served, as transferred.',
  stability: 'development',
  buckets: BYTES_BODY,
  attributes: served,
});

export const httpServerResponseBodySize = defineMetric({
  name: 'http.server.response.body.size',
  instrument: 'histogram',
  unit: 'By',
  brief: 'Size of the bodies of HTTP responses served, as transferred.',
  stability: 'development',
  buckets: BYTES_BODY,
  attributes: served,
});

export const httpClientRequestDuration = defineMetric({
  name: 'http.client.request.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of HTTP requests sent.',
  stability: 'stable',
  buckets: SECONDS_HTTP,
  attributes: [
    httpRequestMethod,
    serverAddress,
    serverPort,
    httpResponseStatusCode,
    urlScheme,
    networkProtocolVersion,
    errorType,
  ],
});

export const httpClientActiveRequests = defineMetric({
  name: 'http.client.active_requests',
  instrument: 'updowncounter',
  unit: '{request}',
  brief: 'HTTP requests sent and not yet answered.',
  stability: 'development',
  attributes: [httpRequestMethod, serverAddress, serverPort, urlScheme],
});
