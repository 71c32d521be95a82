/**
 * What AWS asks for keeping bytes, in US dollars for 10⁹ bytes and month, before discounts: S3 Standard in us-east-1, the first 50 TB.
 * Source: Amazon S3 pricing, "Storage".
 */
export const STORAGE_USD_PER_GB_MONTH = 0.023;
/** For whom the price is. */
export const STORAGE_PRICE_OF = 'S3 Standard in us-east-1';
