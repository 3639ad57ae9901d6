/**
 * The vehicle registration sample of `--demo`: tables, fields and indexes as in QLDB's tutorial, people and vehicles made up.
 * Two scripts, because the documents of the second name people by their document ids.
 */
export const demoPeople = `
CREATE TABLE Person;
CREATE TABLE Vehicle;
CREATE TABLE VehicleRegistration;
CREATE TABLE DriversLicense;
CREATE INDEX ON Person (GovId);
CREATE INDEX ON Vehicle (VIN);
CREATE INDEX ON VehicleRegistration (VIN);
CREATE INDEX ON VehicleRegistration (LicensePlateNumber);
CREATE INDEX ON DriversLicense (LicenseNumber);
CREATE INDEX ON DriversLicense (PersonId);

INSERT INTO Person <<
  { 'FirstName': 'Amara', 'LastName': 'Okafor', 'DOB': \`1984-03-09T\`, 'GovId': 'OKAFOA840309',
    'GovIdType': 'Driver License', 'Address': '17 Harbor Street, Tacoma, WA, 98402' },
  { 'FirstName': 'Bruno', 'LastName': 'Castellanos', 'DOB': \`1971-11-28T\`, 'GovId': '604-71-1128',
    'GovIdType': 'SSN', 'Address': '2210 Alder Avenue, Spokane, WA, 99201' },
  { 'FirstName': 'Chiyo', 'LastName': 'Nakagawa', 'DOB': \`1996-07-02T\`, 'GovId': 'TR4470961',
    'GovIdType': 'Passport', 'Address': '8 Juniper Court, Olympia, WA, 98501' },
  { 'FirstName': 'Dorothea', 'LastName': 'Lindqvist', 'DOB': \`1959-01-17T\`, 'GovId': 'LINDQD590117',
    'GovIdType': 'Driver License', 'Address': '933 Mill Road, Everett, WA, 98201' },
  { 'FirstName': 'Emeka', 'LastName': 'Whitlock', 'DOB': \`1990-09-30T\`, 'GovId': '517-90-0930',
    'GovIdType': 'SSN', 'Address': '45 Ferry Lane, Bellingham, WA, 98225' }
>>;
`

/** Each person's document id by GovId. */
export const demoPeopleIds = "SELECT VALUE { 'govId': p.GovId, 'id': pid } FROM Person AS p BY pid"

/** `idOf` gives a person's document id by GovId. The updates at the end give history() something to show. */
export function demoRest(idOf: (govId: string) => string): string {
  const [amara, bruno, chiyo, dorothea, emeka] = [
    'OKAFOA840309',
    '604-71-1128',
    'TR4470961',
    'LINDQD590117',
    '517-90-0930',
  ].map((govId) => `'${idOf(govId)}'`)
  return `
INSERT INTO Vehicle <<
  { 'VIN': '2FTRX18W1XCA71403', 'Type': 'Truck', 'Year': 2012, 'Make': 'Ford', 'Model': 'F150', 'Color': 'Blue' },
  { 'VIN': 'WVWZZZ1KZ8W386752', 'Type': 'Sedan', 'Year': 2018, 'Make': 'Volkswagen', 'Model': 'Golf', 'Color': 'Silver' },
  { 'VIN': 'JH2RC4462XM200583', 'Type': 'Motorcycle', 'Year': 2009, 'Make': 'Honda', 'Model': 'Shadow', 'Color': 'Black' },
  { 'VIN': '5YJ3E1EA7KF317098', 'Type': 'Sedan', 'Year': 2019, 'Make': 'Tesla', 'Model': 'Model 3', 'Color': 'White' },
  { 'VIN': '4T1BF1FK5CU504417', 'Type': 'Sedan', 'Year': 2015, 'Make': 'Toyota', 'Model': 'Camry', 'Color': 'Red' }
>>;

INSERT INTO VehicleRegistration <<
  { 'VIN': '2FTRX18W1XCA71403', 'LicensePlateNumber': 'OKF172', 'State': 'WA', 'City': 'Tacoma',
    'PendingPenaltyTicketAmount': 130.75, 'ValidFromDate': \`2019-05-14T\`, 'ValidToDate': \`2026-05-14T\`,
    'Owners': { 'PrimaryOwner': { 'PersonId': ${amara} }, 'SecondaryOwners': [ { 'PersonId': ${emeka} } ] } },
  { 'VIN': 'WVWZZZ1KZ8W386752', 'LicensePlateNumber': 'CST308', 'State': 'WA', 'City': 'Spokane',
    'PendingPenaltyTicketAmount': 0.00, 'ValidFromDate': \`2020-02-01T\`, 'ValidToDate': \`2027-02-01T\`,
    'Owners': { 'PrimaryOwner': { 'PersonId': ${bruno} }, 'SecondaryOwners': [] } },
  { 'VIN': 'JH2RC4462XM200583', 'LicensePlateNumber': 'MC9917', 'State': 'WA', 'City': 'Olympia',
    'PendingPenaltyTicketAmount': 42.20, 'ValidFromDate': \`2018-08-23T\`, 'ValidToDate': \`2025-08-23T\`,
    'Owners': { 'PrimaryOwner': { 'PersonId': ${chiyo} }, 'SecondaryOwners': [] } },
  { 'VIN': '5YJ3E1EA7KF317098', 'LicensePlateNumber': 'VOLT05', 'State': 'WA', 'City': 'Everett',
    'PendingPenaltyTicketAmount': 90.25, 'ValidFromDate': \`2019-12-30T\`, 'ValidToDate': \`2026-12-30T\`,
    'Owners': { 'PrimaryOwner': { 'PersonId': ${dorothea} }, 'SecondaryOwners': [ { 'PersonId': ${amara} } ] } },
  { 'VIN': '4T1BF1FK5CU504417', 'LicensePlateNumber': 'EMK551', 'State': 'WA', 'City': 'Bellingham',
    'PendingPenaltyTicketAmount': 0.00, 'ValidFromDate': \`2021-03-19T\`, 'ValidToDate': \`2028-03-19T\`,
    'Owners': { 'PrimaryOwner': { 'PersonId': ${emeka} }, 'SecondaryOwners': [] } }
>>;

INSERT INTO DriversLicense <<
  { 'PersonId': ${amara}, 'LicenseNumber': 'OKAFOA840309', 'LicenseType': 'Full',
    'ValidFromDate': \`2017-03-09T\`, 'ValidToDate': \`2027-03-09T\` },
  { 'PersonId': ${bruno}, 'LicenseNumber': 'CASTEB711128', 'LicenseType': 'Full',
    'ValidFromDate': \`2015-06-21T\`, 'ValidToDate': \`2025-06-21T\` },
  { 'PersonId': ${chiyo}, 'LicenseNumber': 'NAKAGC960702', 'LicenseType': 'Motorcycle',
    'ValidFromDate': \`2018-01-11T\`, 'ValidToDate': \`2028-01-11T\` },
  { 'PersonId': ${dorothea}, 'LicenseNumber': 'LINDQD590117', 'LicenseType': 'Full',
    'ValidFromDate': \`2016-10-05T\`, 'ValidToDate': \`2026-10-05T\` },
  { 'PersonId': ${emeka}, 'LicenseNumber': 'WHITLE900930', 'LicenseType': 'Learner',
    'ValidFromDate': \`2023-04-02T\`, 'ValidToDate': \`2025-04-02T\` }
>>;

UPDATE VehicleRegistration AS r SET r.PendingPenaltyTicketAmount = 0.00 WHERE r.LicensePlateNumber = 'OKF172';
UPDATE VehicleRegistration AS r SET r.Owners.PrimaryOwner.PersonId = ${emeka}, r.City = 'Bellingham'
  WHERE r.VIN = '2FTRX18W1XCA71403';
UPDATE Vehicle AS v SET v.Color = 'Green' WHERE v.VIN = 'JH2RC4462XM200583';
UPDATE DriversLicense AS d SET d.LicenseType = 'Full', d.ValidToDate = \`2033-04-02T\`
  WHERE d.LicenseNumber = 'WHITLE900930';
`
}
