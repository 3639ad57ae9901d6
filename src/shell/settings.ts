import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import { formatNames } from './formats/formats.ts'

/** A setting's present value and who set it: `default`, `flag --format`, `file /…/config.ion`, `set`. */
export interface SettingState {
  readonly value: string
  readonly from: string
}

interface SettingDefinition {
  readonly default: string
  /** The values it takes; undefined for free text. */
  readonly choices: readonly string[] | undefined
  /** Its key in the configuration file's `ui` struct (the official shell's). */
  readonly configKey: string
  readonly help: string
}

const onOff = ['true', 'false'] as const

/**
 * `set`, `env` and the configuration file read this table; docs/shell.md and docs/configuration.md are printed from it. `auto`
 * means: the caller decides.
 */
export const settingDefinitions = {
  format: {
    default: 'auto',
    choices: ['auto', ...formatNames],
    configKey: 'format',
    help: 'format of results; auto: table on a terminal, ion otherwise',
  },
  'auto-commit': {
    default: 'true',
    choices: onOff,
    configKey: 'auto_commit',
    help: 'run each statement outside a transaction in one of its own; false: refuse it',
  },
  'on-error': {
    default: 'keep',
    choices: ['keep', 'rollback'],
    configKey: 'on_error',
    help: 'after a failed statement at the prompt, keep the transaction open or roll it back; scripts always roll back',
  },
  confirm: {
    default: 'true',
    choices: onOff,
    configKey: 'confirm',
    help: 'at the prompt, ask before a change without WHERE, DROP, a redaction, and before an open transaction is left',
  },
  prompt: {
    default: 'qldb$ACTIVE_TRANSACTION> ',
    choices: undefined,
    configKey: 'prompt',
    help: 'the prompt, with $LEDGER, $REGION and $ACTIVE_TRANSACTION (" *" in a transaction)',
  },
  'terminator-required': {
    default: 'true',
    choices: onOff,
    configKey: 'terminator_required',
    help: 'true: Enter runs what ends with a semicolon, or everything when the line is empty; false: what has no open bracket',
  },
  'edit-mode': {
    default: 'emacs',
    choices: ['emacs', 'vi'],
    configKey: 'edit_mode',
    help: 'keys of the line editor, as in Readline (emacs) or vi',
  },
  pager: {
    default: 'false',
    choices: onOff,
    configKey: 'pager',
    help: 'show results longer than the screen in $PAGER, or less',
  },
  'display-welcome': {
    default: 'true',
    choices: onOff,
    configKey: 'display_welcome',
    help: 'show a greeting when an interactive session starts',
  },
  'display-ctrl-signals': {
    default: 'true',
    choices: onOff,
    configKey: 'display_ctrl_signals',
    help: 'show Ctrl-C and Ctrl-D when they are pressed',
  },
  'display-query-metrics': {
    default: 'true',
    choices: onOff,
    configKey: 'display_query_metrics',
    help: 'show counts and times after each result',
  },
  notices: {
    default: 'true',
    choices: onOff,
    configKey: 'notices',
    help: 'note likely mistakes after a result: a field that no document has, types that never match',
  },
} as const satisfies Record<string, SettingDefinition>

export type SettingName = keyof typeof settingDefinitions

export const settingNames = Object.keys(settingDefinitions) as readonly SettingName[]

/** The settings of one session, each with where its value came from. */
export class Settings {
  readonly #states = new Map<SettingName, SettingState>()

  get(name: SettingName): string {
    return this.state(name).value
  }

  isOn(name: SettingName): boolean {
    return this.get(name) === 'true'
  }

  state(name: SettingName): SettingState {
    return this.#states.get(name) ?? { value: settingDefinitions[name].default, from: 'default' }
  }

  /**
   * Sets one and returns its name. Throws LedgerError 'usage/invalid-argument' for a name or value that it does not know;
   * both in any case.
   */
  set(name: string, value: string, from: string): SettingName {
    const known = settingName(name)
    if (known === undefined) {
      const near = nearName(name, settingNames)
      throw new LedgerError('usage/invalid-argument', `no setting named '${name}'`, {
        help: near === undefined ? `settings are: ${settingNames.join(', ')}` : `did you mean '${near}'?`,
      })
    }
    this.#states.set(known, { value: checkedValue(known, value), from })
    return known
  }
}

/** `edit_mode`, `Edit-Mode` → `edit-mode`; undefined for a name that no setting has. */
export function settingName(name: string): SettingName | undefined {
  const plain = name.toLowerCase().replaceAll('_', '-')
  return settingNames.find((known) => known === plain)
}

/** Other words for a value: the official shell's own, and what people type for true and false. */
const synonyms: Readonly<Record<string, string>> = {
  'ion-text': 'ion',
  on: 'true',
  off: 'false',
  yes: 'true',
  no: 'false',
}

function checkedValue(name: SettingName, value: string): string {
  const { choices }: SettingDefinition = settingDefinitions[name]
  if (choices === undefined) return value
  const lower = value.toLowerCase()
  const found = choices.find((choice) => choice === lower || choice === synonyms[lower])
  if (found !== undefined) return found
  throw new LedgerError('usage/invalid-argument', `'${value}' is not a value of '${name}'`, {
    help: `it takes one of: ${choices.join(', ')}`,
  })
}
