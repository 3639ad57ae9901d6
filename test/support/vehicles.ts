import { MemoryDatabase } from './memory-source.ts'
import { runStatement } from './run-statement.ts'

/**
 * Two small tables: people t1 (d4 to d6), indexed on name, and cars t2 (d7 to d10), whose `owner` is a person's name.
 * Ids count over everything that is made, so that every test sees the same.
 */
export function vehicles(): MemoryDatabase {
  const database = new MemoryDatabase()
  runStatement(database, 'CREATE TABLE Person')
  runStatement(database, 'CREATE TABLE Car')
  runStatement(database, 'CREATE INDEX ON Person (name)')
  const people = ['{name:"ann",age:30,pets:["cat","dog"]}', '{name:"bob",age:40,pets:[]}', '{name:"cem",age:50}']
  for (const person of people) runStatement(database, 'INSERT INTO Person ?', [person])
  const cars = ['{vin:1,owner:"ann",color:"red"}', '{vin:2,owner:"bob",color:"blue"}', '{vin:3,owner:"ann"}', '{vin:4}']
  for (const car of cars) runStatement(database, 'INSERT INTO Car ?', [car])
  database.meter.readIos = 0
  database.meter.writeIos = 0
  database.reads.length = 0
  return database
}
