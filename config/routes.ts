/** Routes by channel: most of Weir speaks one of them. */
import type { Config, HttpRoute, Route, SmtpRoute } from './schema.js';

export const httpRoutes = ({ routes }: Pick<Config, 'routes'>): readonly HttpRoute[] => routes.filter((route) => route.channel === 'http');
export const smtpRoutes = ({ routes }: Pick<Config, 'routes'>): readonly SmtpRoute[] => routes.filter((route) => route.channel === 'smtp');

/** Mail has no way past the scan. */
export const isScanned = (route: Route): boolean => route.channel === 'smtp' || route.scan;
