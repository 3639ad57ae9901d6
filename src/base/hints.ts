/** Hints that several layers give. */

export const fieldHelp = 'COALESCE(field, value) stands in for a field that is not there'
export const parameterHelp = 'a parameter is written ?'
