import { Chalk, type ChalkInstance } from 'chalk'

/** Colour by role; without colour every paint gives its text back unchanged. Only the sixteen colours that people choose themselves. */
export interface Theme {
  readonly keyword: Paint
  readonly string: Paint
  readonly number: Paint
  readonly ion: Paint
  readonly comment: Paint
  readonly command: Paint
  readonly error: Paint
  readonly warning: Paint
  readonly notice: Paint
  readonly header: Paint
  readonly prompt: Paint
  readonly openTransaction: Paint
  readonly faint: Paint
}

export type Paint = (text: string) => string

const plain: Paint = (text) => text

export function themeOf(hasColour: boolean): Theme {
  if (!hasColour) {
    return {
      keyword: plain,
      string: plain,
      number: plain,
      ion: plain,
      comment: plain,
      command: plain,
      error: plain,
      warning: plain,
      notice: plain,
      header: plain,
      prompt: plain,
      openTransaction: plain,
      faint: plain,
    }
  }
  const chalk: ChalkInstance = new Chalk({ level: 1 })
  return {
    keyword: chalk.blue,
    string: chalk.green,
    number: chalk.cyan,
    ion: chalk.magenta,
    comment: chalk.dim,
    command: chalk.bold,
    error: chalk.red,
    warning: chalk.yellow,
    notice: chalk.dim,
    header: chalk.bold,
    prompt: chalk.bold,
    openTransaction: chalk.yellow.bold,
    faint: chalk.dim,
  }
}
