import { HttpError } from '../http/http-error.ts'

/**
 * The exceptions of `qldb`, the control plane, with their statuses and members
 * (botocore data/qldb/2019-01-02/service-2.json).
 */
export function invalidParameter(message: string, parameterName: string): HttpError {
  return new HttpError(400, 'InvalidParameterException', message, { ParameterName: parameterName })
}

export function ledgerNotFound(name: string): HttpError {
  return notFound('Ledger', name, `The Ledger with name ${name} is not found`)
}

export function notFound(type: string, name: string, message: string): HttpError {
  return new HttpError(404, 'ResourceNotFoundException', message, { ResourceType: type, ResourceName: name })
}

export function ledgerExists(name: string): HttpError {
  const members = { ResourceType: 'Ledger', ResourceName: name }
  return new HttpError(409, 'ResourceAlreadyExistsException', `The Ledger with name ${name} already exists`, members)
}

export function preconditionNotMet(name: string, message: string): HttpError {
  const members = { ResourceType: 'Ledger', ResourceName: name }
  return new HttpError(412, 'ResourcePreconditionNotMetException', message, members)
}

export function limitExceeded(type: string, message: string): HttpError {
  return new HttpError(400, 'LimitExceededException', message, { ResourceType: type })
}
