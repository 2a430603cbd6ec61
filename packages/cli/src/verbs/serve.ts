// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts about references
import { Option } from 'commander'
import type { Verb } from '../command/verb.ts'

/** Serves the checks that a file declares. */
export const serve: Verb = {
  name: 'serve',
  summary: 'run the checks of a file and answer probes: for what has no health endpoint of its own',
  define: (command) =>
    command
      .argument('[file]', 'what is checked and how it is answered', 'hale.yaml')
      .option('--check-config', 'say what is wrong with the file, and serve nothing')
      .addOption(
        new Option('--print-config', 'print the file resolved, secrets masked, and serve nothing').conflicts(
          'checkConfig',
        ),
      )
      .addOption(
        new Option('--log <format>', 'how lines are logged').choices(['text', 'json']).default('text'),
      )
      .option('--no-watch', 'read the file again on SIGHUP alone, and not when it changes'),
  examples: [
    { line: 'hale serve', does: 'serves hale.yaml of this folder, on port 9400 unless it says otherwise' },
    { line: 'hale serve deploy/hale.yaml --log json', does: 'another file, with lines for a log collector' },
    { line: 'hale serve --check-config', does: 'in CI: every problem with its line and column, exit code 1' },
    { line: 'hale serve --print-config', does: 'what ${NAME} and { file: … } have become' },
  ],
  load: () => import('../serve/run.ts'),
}
