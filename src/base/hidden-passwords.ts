/** The user and password of an address: up to the last `@` before its path. */
const userInAddress = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi

/** A text in which no address shows a user or password: what is printed ends in logs, histories and reports. */
export function hidePasswords(text: string): string {
  return text.includes('@') ? text.replace(userInAddress, '$1***@') : text
}

export function showsPassword(text: string): boolean {
  return hidePasswords(text) !== text
}
