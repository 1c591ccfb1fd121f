// Every attribute that metrics share, once: key, type, and what bounds its values.
import { OTHER } from '../core/attribute.ts';

/** The methods of RFC 9110 and PATCH; `QUERY` joins when the conventions list it. Anything else is `_OTHER`. */
export const httpRequestMethod = {
  key: 'http.request.method',
  type: 'string',
  brief: 'Request method.',
  values: ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE', OTHER],
} as const;

export const httpRoute = {
  key: 'http.route',
  type: 'string',
  brief: 'Template of the route that matched, such as /users/:id; absent where none did.',
} as const;

export const httpResponseStatusCode = {
  key: 'http.response.status_code',
  type: 'int',
  brief: 'Response status.',
} as const;

export const urlScheme = { key: 'url.scheme', type: 'string', brief: 'Scheme of the request.', values: ['http', 'https', OTHER] } as const;

export const networkProtocolVersion = {
  key: 'network.protocol.version',
  type: 'string',
  brief: 'Version of HTTP spoken.',
  cap: 10,
} as const;

export const errorType = {
  key: 'error.type',
  type: 'string',
  brief: 'Why it failed: a status of 500 or more, an error code or an error name; absent where it did not.',
  cap: 100,
} as const;

export const serverAddress = { key: 'server.address', type: 'string', brief: 'Host that was called.' } as const;

export const serverPort = { key: 'server.port', type: 'int', brief: 'Port that was called.' } as const;
