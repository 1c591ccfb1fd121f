// HTTP servers and clients: requests, bodies and connections. Names follow OpenTelemetry semantic conventions 1.45.
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

const server = [httpRequestMethod, httpRoute, httpResponseStatusCode, urlScheme, networkProtocolVersion, errorType] as const;

export const httpServerRequestDuration = defineMetric({
  name: 'http.server.request.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of HTTP server requests.',
  stability: 'stable',
  buckets: SECONDS_HTTP,
  attributes: server,
});

export const httpServerActiveRequests = defineMetric({
  name: 'http.server.active_requests',
  instrument: 'updowncounter',
  unit: '{request}',
  brief: 'Number of active HTTP server requests.',
  stability: 'development',
  attributes: [httpRequestMethod, urlScheme],
});

export const httpServerOpenConnections = defineMetric({
  name: 'http.server.open_connections',
  instrument: 'updowncounter',
  unit: '{connection}',
  brief: 'Open connections of HTTP servers.',
  stability: 'development',
  attributes: [],
});

export const httpServerRequestBodySize = defineMetric({
  name: 'http.server.request.body.size',
  instrument: 'histogram',
  unit: 'By',
  brief: 'Size of HTTP server request bodies.',
  note: 'The size as transferred, before decompression.',
  stability: 'development',
  buckets: BYTES_BODY,
  attributes: server,
});

export const httpServerResponseBodySize = defineMetric({
  name: 'http.server.response.body.size',
  instrument: 'histogram',
  unit: 'By',
  brief: 'Size of HTTP server response bodies.',
  note: 'The size as transferred, after compression.',
  stability: 'development',
  buckets: BYTES_BODY,
  attributes: server,
});

export const httpClientRequestDuration = defineMetric({
  name: 'http.client.request.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of HTTP client requests.',
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
  brief: 'Number of active HTTP requests.',
  stability: 'development',
  attributes: [httpRequestMethod, serverAddress, serverPort, urlScheme],
});
