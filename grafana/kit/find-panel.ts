// Finds the panel that an alert or a document names, so that no link leads nowhere.
import { DASHBOARDS } from '../dashboards/index.ts';
import { panelIdOf } from './build.ts';

/** The id of a panel by its dashboard's area and its title. */
export function findPanel(area: string, title: string): number {
  const dashboard = DASHBOARDS.find((one) => one.area === area);
  if (dashboard === undefined)
    throw new Error(`there is no dashboard ${area}: give one of ${DASHBOARDS.map((one) => one.area).join(', ')}`);
  const id = panelIdOf(dashboard, title);
  if (id === undefined) throw new Error(`the dashboard ${area} has no panel "${title}"`);
  return id;
}
