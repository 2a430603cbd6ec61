export {
  HealthIndicator,
  type HealthIndicatorDecorator,
  type HealthIndicatorOptions,
} from './health-indicator.ts'
export { HealthModule, type HealthModuleAsyncOptions } from './health-module.ts'
export type { HealthModuleOptions } from './health-module-options.ts'
export { HealthService } from './health-service.ts'
