import { nearName } from '../../base/near-name.ts'

/** AWS's regions and how people call them ("Regions and Availability Zones", AWS documentation). */
const regions: Readonly<Record<string, string>> = {
  'af-south-1': 'cape town',
  'ap-east-1': 'hong kong',
  'ap-east-2': 'taipei',
  'ap-northeast-1': 'tokyo',
  'ap-northeast-2': 'seoul',
  'ap-northeast-3': 'osaka',
  'ap-south-1': 'mumbai',
  'ap-south-2': 'hyderabad',
  'ap-southeast-1': 'singapore',
  'ap-southeast-2': 'sydney',
  'ap-southeast-3': 'jakarta',
  'ap-southeast-4': 'melbourne',
  'ap-southeast-5': 'malaysia',
  'ap-southeast-6': 'new zealand',
  'ap-southeast-7': 'thailand',
  'ca-central-1': 'montreal',
  'ca-west-1': 'calgary',
  'cn-north-1': 'beijing',
  'cn-northwest-1': 'ningxia',
  'eu-central-1': 'frankfurt',
  'eu-central-2': 'zurich',
  'eu-north-1': 'stockholm',
  'eu-south-1': 'milan',
  'eu-south-2': 'spain',
  'eu-west-1': 'ireland',
  'eu-west-2': 'london',
  'eu-west-3': 'paris',
  'il-central-1': 'tel aviv',
  'me-central-1': 'uae',
  'me-south-1': 'bahrain',
  'mx-central-1': 'mexico',
  'sa-east-1': 'sao paulo',
  'us-east-1': 'virginia',
  'us-east-2': 'ohio',
  'us-gov-east-1': 'govcloud east',
  'us-gov-west-1': 'govcloud west',
  'us-west-1': 'california',
  'us-west-2': 'oregon',
}

/** A warning for a region that AWS does not have; undefined when there is nothing to say. Other endpoints may have any. */
export function regionWarning(region: string): string | undefined {
  if (Object.hasOwn(regions, region)) return undefined
  const called = region.toLowerCase().replaceAll(/[-_]/g, ' ')
  const byPlace = Object.keys(regions).find((code) => regions[code] === called)
  const near = byPlace ?? nearName(region, Object.keys(regions))
  return `AWS has no region '${region}'${near === undefined ? '' : `, did you mean '${near}'?`}`
}
