/** Business exports, made by seed: full of numbers that are none of those a detector looks for, many of them nearly. */
import { numberSource } from '../../kit/numbers.js';
import { lines, seeded, type Seeded } from './seeded.js';

const NAMES = ['张伟', '王芳', '李娜', '刘洋', '陈静', '杨帆', 'Chen Jie', 'Zhao Lei', 'Zhou Min', 'Wu Hao'];
const STATES = ['已发货', '待付款', '已签收', 'shipped', 'paid', 'refunded'];
const two = (value: number): string => String(value).padStart(2, '0');

interface Order {
  readonly id: number;
  readonly order: string;
  readonly waybill: string;
  readonly name: string;
  readonly date: string;
  readonly time: string;
  readonly stamp: number;
  readonly amount: string;
  readonly code: string;
  readonly sku: string;
  readonly barcode: string;
  readonly latitude: string;
  readonly longitude: string;
  readonly invoice: string;
  readonly state: string;
  readonly near: string;
}

/** Area codes with subscriber numbers that nobody has (1 and 9 are national services), and eleven digits that no operator gives out. */
function areaLike(chance: Seeded): string {
  return chance.once(2) ? `0${311 + chance.below(600)}-${chance.pick(['1', '9'])}${chance.digits(6)}` : `${chance.pick(['10', '11', '12'])}${chance.digits(9)}`;
}

/** One in ten wrong resident IDs is right as a card of 18 digits. */
function noCard(draw: () => string): string {
  for (;;) {
    const text = draw();
    let sum = 0;
    for (let place = 0; place < text.length; place++) {
      const digit = Number(text.charAt(text.length - 1 - place));
      sum += place % 2 === 0 ? digit : Math.floor(digit / 5) + ((digit * 2) % 10);
    }
    if (sum % 10 !== 0) return text;
  }
}

function orders(seed: number): () => Order {
  const chance = seeded(seed);
  const numbers = numberSource(seed);
  const { below, digits } = chance;
  let id = 100_000;
  return () => {
    const date = `${2021 + below(4)}-${two(1 + below(12))}-${two(1 + below(28))}`;
    return {
      id: id++,
      order: `${date.replaceAll('-', '')}${digits(9)}`,
      waybill: `SF1${digits(12)}`,
      name: chance.pick(NAMES),
      date,
      time: `${two(below(24))}:${two(below(60))}:${two(below(60))}`,
      stamp: 1_700_000_000_000 + below(2 ** 31) * 10,
      amount: `${below(100_000)}.${digits(2)}`,
      code: areaLike(chance),
      sku: digits(8),
      barcode: `69${digits(11)}`,
      latitude: `${20 + below(25)}.${digits(6)}`,
      longitude: `${100 + below(20)}.${digits(6)}`,
      invoice: digits(8),
      state: chance.pick(STATES),
      near: chance.once(12) ? noCard(() => numbers.nearMissId()) : chance.once(12) ? numbers.nearMissCard() : '',
    };
  };
}

const HEADER = '序号,订单号,运单号,客户,下单时间,时间戳,金额,区号,货号,条码,经度,纬度,发票号,流水号,状态';

export function csv(bytes: number, seed: number): Buffer {
  const next = orders(seed);
  let first = true;
  return lines(bytes, () => {
    if (first) {
      first = false;
      return HEADER;
    }
    const one = next();
    return [one.id, one.order, one.waybill, one.name, `${one.date} ${one.time}`, one.stamp, one.amount, one.code, one.sku, one.barcode, one.longitude, one.latitude, one.invoice, one.near, one.state].join(',');
  });
}

export function jsonLines(bytes: number, seed: number): Buffer {
  const next = orders(seed);
  return lines(bytes, () => {
    const { stamp, amount, latitude, longitude, near, ...rest } = next();
    return JSON.stringify({ ...rest, stamp, amount: Number(amount), at: [Number(latitude), Number(longitude)], ...(near === '' ? {} : { serial: near }) });
  });
}
