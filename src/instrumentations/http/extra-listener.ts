// Adds a listener to an emitter of the application, without bringing it closer to Node's warning of a listener leak.
import type { EventEmitter } from 'node:events';

/** Adds a listener and raises the emitter's limit by one, unless it has none. */
export function addExtraListener(emitter: EventEmitter, event: string, listener: () => void): void {
  const most = emitter.getMaxListeners();
  if (most > 0) emitter.setMaxListeners(most + 1);
  emitter.on(event, listener);
}
