/**
 * The patterns of LIKE that a pattern of another language stands for, more or less: `f*`, `^f.*$`, `a|b`, and `[ab]%`, of
 * which any character takes the place of the brackets. None for what has no wildcards but LIKE's.
 */
export function patternsMeant(pattern: string): readonly string[] {
  const alternatives = pattern.split('|')
  if (alternatives.length === 1) return meantBy(pattern).filter((meant) => meant !== pattern)
  return alternatives.slice(0, alternativesMax).flatMap((one) => {
    const bare = one
      .replace(/^\^?\(/, '')
      .replace(/\)\$?$/, '')
      .trim()
    return [bare, ...meantBy(bare)]
  })
}

function meantBy(pattern: string): readonly string[] {
  const plain = pattern.replace(/\[\^?[^\]]+\]/g, '_')
  if (!/^\^|\$$/.test(plain)) return [plain.replace(/\.?\*/g, '%').replace(/\?/g, '_')]
  const inner = plain.replace(/^\^/, '').replace(/\$$/, '').replace(/\.\*/g, '%')
  return [`${plain.startsWith('^') ? '' : '%'}${inner}${plain.endsWith('$') ? '' : '%'}`]
}

const alternativesMax = 8
