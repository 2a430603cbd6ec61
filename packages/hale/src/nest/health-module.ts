import {
  type DynamicModule,
  type FactoryProvider,
  Module,
  type ModuleMetadata,
  type Provider,
} from '@nestjs/common'
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core'
import { HealthLifecycle } from './health-lifecycle.ts'
import type { HealthModuleOptions } from './health-module-options.ts'
import { HealthService } from './health-service.ts'

/** Options of `HealthModule.forRootAsync`. */
export interface HealthModuleAsyncOptions {
  /** Modules that export what `inject` names. */
  readonly imports?: ModuleMetadata['imports']
  /** The tokens of what the factory is given. */
  readonly inject?: FactoryProvider['inject']
  /** Makes the options. */
  // biome-ignore lint/suspicious/noExplicitAny: what is injected is known to the application alone, as in Nest.
  readonly useFactory: (...injected: any[]) => HealthModuleOptions | Promise<HealthModuleOptions>
}

const OPTIONS = Symbol('HealthModule options')

/**
 * Health endpoints, the registry as `HealthService`, and checks of `@HealthIndicator` methods, for a Nest application
 * on Express or Fastify. Import it once, in the root; it is global.
 *
 * Probes are answered before the application's middleware, guards, interceptors and filters, outside of its global
 * prefix and versions.
 *
 * @throws ConfigurationError from `NestFactory.create` with every problem of the options and indicators; from
 * `app.init()` those of providers that are known only then.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common'
 * import { postgres } from 'hale/checks/postgres'
 * import { HealthModule } from 'hale/nest'
 *
 * @Module({
 *   imports: [HealthModule.forRoot({ service: { name: 'orders' }, checks: { database: postgres(pool) } })],
 * })
 * class AppModule {}
 * ```
 */
// biome-ignore lint/complexity/noStaticOnlyClass: a module of Nest is a class.
export class HealthModule {
  /** With options that are known. */
  static forRoot(options: HealthModuleOptions = {}): DynamicModule {
    return dynamicModule([], { provide: OPTIONS, useValue: options })
  }

  /** With options that are made of other providers. */
  static forRootAsync({ imports = [], inject = [], useFactory }: HealthModuleAsyncOptions): DynamicModule {
    return dynamicModule(imports, { provide: OPTIONS, inject, useFactory })
  }
}

Module({})(HealthModule)

function dynamicModule(imports: NonNullable<ModuleMetadata['imports']>, options: Provider): DynamicModule {
  return {
    module: HealthModule,
    global: true,
    imports,
    providers: [
      options,
      {
        provide: HealthLifecycle,
        inject: [OPTIONS, ModulesContainer, HttpAdapterHost],
        useFactory: (given: unknown, modules: ModulesContainer, host: HttpAdapterHost) =>
          new HealthLifecycle(given, HealthModule, modules, host),
      },
      {
        provide: HealthService,
        inject: [HealthLifecycle],
        useFactory: ({ health }: HealthLifecycle) => health,
      },
    ],
    exports: [HealthService],
  }
}
