/** A worker of its own beside a demonstration: the demo sink lives within a gateway's process, and nobody else can deliver to it. */
import type { Config } from '../../config/schema.js';
import type { JobKind } from '../ports.js';

/** Routes that have a way out from here. */
export function withoutDemo<C extends Pick<Config, 'routes'>>(config: C): C {
  return { ...config, routes: config.routes.filter(({ upstream }) => upstream !== 'demo') };
}

/** Why a worker with these queues could only give up what it is to deliver; `undefined`: it can. */
export function demoOutOfReach({ routes, language }: Pick<Config, 'routes' | 'language'>, here: readonly JobKind[], all: readonly JobKind[]): string | undefined {
  const demo = routes.filter(({ upstream }) => upstream === 'demo').map(({ id }) => id);
  if (demo.length === 0 || !here.includes('release')) return undefined;
  const others = all.filter((kind) => kind !== 'release').join(',');
  return language === 'zh'
    ? `以下路由指向演示接收端，它在网关进程之内，独立的任务进程无法投递：${demo.join('、')}。请为这些路由填写真实的 upstream，或将放行任务留给网关：--queues ${others}`
    : `These routes lead to the demo sink, which lives within the gateway's own process; a worker alone cannot deliver to it: ${demo.join(', ')}. Give them a real upstream, or leave releases to the gateway: --queues ${others}`;
}
