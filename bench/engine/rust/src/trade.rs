//! Venues, orders and accounts of the native scan, with the paper engine's arithmetic.

pub const KRW: f64 = 1e4;
pub const SECOND: f64 = 1e6;
pub const DAY: f64 = 86_400.0 * SECOND;

pub struct Venue {
    pub fee_ppm: f64,
    pub fee_in_coin: bool,
    pub lot: f64,
    pub min_notional: f64,
    pub divisor: f64,
    pub latency: f64,
    pub jitter: f64,
    pub cash: f64,
    pub coin: f64,
}

impl Venue {
    pub fn sell_factor(&self) -> f64 {
        1.0 - self.fee_ppm / 1e6
    }
    pub fn buy_factor(&self) -> f64 {
        let fee = self.fee_ppm / 1e6;
        if self.fee_in_coin { 1.0 / (1.0 - fee) } else { 1.0 + fee }
    }
    pub fn notional(&self, price: f64, quantity: f64) -> f64 {
        (price * quantity / self.divisor + 0.5).floor()
    }
    pub fn fee(&self, amount: f64) -> f64 {
        (amount * self.fee_ppm / 1e6).ceil()
    }
}

pub struct Side<'a> {
    pub bid: &'a [f64],
    pub bid_qty: &'a [f64],
    pub ask: &'a [f64],
    pub ask_qty: &'a [f64],
    pub updated: &'a [f64],
}

pub struct Market<'a> {
    pub time: &'a [f64],
    pub side: [Side<'a>; 2],
    pub rate: &'a [f64],
}

pub fn round_signed(value: f64) -> f64 {
    if value < 0.0 { -(0.5 - value).floor() } else { (value + 0.5).floor() }
}

pub fn portion(amount: f64, part: f64, whole: f64) -> f64 {
    if part == whole {
        amount
    } else if part == 0.0 {
        0.0
    } else {
        round_signed(amount * part / whole)
    }
}

pub fn mix(mut h: u32) -> u32 {
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

pub fn tick_floor(venue: usize, price: f64) -> f64 {
    if venue == 0 { (price / 1000.0 + 1e-9).floor() * 1000.0 } else { (price * 100.0 + 1e-9).floor() / 100.0 }
}

pub fn tick_ceil(venue: usize, price: f64) -> f64 {
    if venue == 0 { (price / 1000.0 - 1e-9).ceil() * 1000.0 } else { (price * 100.0 - 1e-9).ceil() / 100.0 }
}

pub fn limit_of(venue: usize, buying: bool, seen: f64, bps: f64) -> f64 {
    if buying {
        seen.max(tick_floor(venue, seen * (1.0 + bps / 1e4)))
    } else {
        seen.min(tick_ceil(venue, seen * (1.0 - bps / 1e4)))
    }
}

#[derive(Default, Clone, Copy)]
pub struct Order {
    pub venue: usize,
    pub buying: bool,
    pub quantity: f64,
    pub seen: f64,
    pub limit: f64,
    pub sent: f64,
    pub known: f64,
    pub filled: f64,
    pub price: f64,
    pub value: f64,
    pub fee_value: f64,
    pub fee_coin: f64,
}

pub struct Run<'a> {
    pub market: &'a Market<'a>,
    pub venues: &'a [Venue; 2],
    pub cash: [f64; 2],
    pub coin: [f64; 2],
    pub taken_of: [f64; 4],
    pub taken: [f64; 4],
    pub arbitrage: f64,
    pub fees: f64,
    pub legs: f64,
    pub residual: f64,
    pub residual_cost: f64,
}

impl Run<'_> {
    pub fn krw(&self, venue: usize, amount: f64, row: usize) -> f64 {
        if venue == 0 { amount } else { round_signed(amount * self.market.rate[row] / 1e4) }
    }

    pub fn realised(&self) -> f64 {
        self.arbitrage + self.fees + self.legs
    }

    pub fn quote(&self, venue: usize, buying: bool, row: usize) -> (f64, f64) {
        let side = &self.market.side[venue];
        if buying { (side.ask[row], side.ask_qty[row]) } else { (side.bid[row], side.bid_qty[row]) }
    }

    pub fn row_at(&self, t: f64, from: usize) -> usize {
        let time = self.market.time;
        let mut row = from;
        while row + 1 < time.len() && time[row + 1] <= t {
            row += 1;
        }
        row
    }

    pub fn available(&self, venue: usize, buying: bool, row: usize) -> f64 {
        let shown = (self.quote(venue, buying, row).1 * 1e8 + 0.5).floor();
        let key = venue * 2 + buying as usize;
        if self.taken_of[key] != self.market.side[venue].updated[row] {
            return shown;
        }
        (shown - self.taken[key]).max(0.0)
    }

    pub fn affordable(&self, venue: usize, buying: bool, limit: f64) -> f64 {
        if !buying {
            return self.coin[venue];
        }
        let v = &self.venues[venue];
        let per_coin = if v.fee_in_coin { limit } else { limit * v.buy_factor() };
        ((self.cash[venue] - 2.0) * v.divisor / per_coin).floor().max(0.0)
    }

    pub fn send(&mut self, order: &mut Order, signal: usize, number: u32) {
        let v = &self.venues[order.venue];
        let hash = mix(mix(mix(1 ^ 0x9e37_79b9) ^ (signal as u32 + 1)) ^ (number + 1));
        let latency = v.latency + (hash as f64 / 4_294_967_296.0 * v.jitter).floor();
        let arrived = order.sent + latency;
        order.known = arrived + latency;
        let row = self.row_at(arrived, signal);
        let (price, _) = self.quote(order.venue, order.buying, row);
        let good = if order.buying { price <= order.limit } else { price >= order.limit };
        let shown = if good { (self.available(order.venue, order.buying, row) / v.lot).floor() * v.lot } else { 0.0 };
        order.price = price;
        order.filled = order.quantity.min(shown);
        order.value = 0.0;
        order.fee_value = 0.0;
        order.fee_coin = 0.0;
        if order.filled <= 0.0 {
            return;
        }
        let key = order.venue * 2 + order.buying as usize;
        let stamp = self.market.side[order.venue].updated[row];
        self.taken[key] = if self.taken_of[key] == stamp { self.taken[key] + order.filled } else { order.filled };
        self.taken_of[key] = stamp;
        let notional = v.notional(price, order.filled);
        let in_coin = order.buying && v.fee_in_coin;
        let fee = v.fee(if in_coin { order.filled } else { notional });
        order.value = self.krw(order.venue, notional, row);
        order.fee_value = self.krw(order.venue, if in_coin { v.notional(price, fee) } else { fee }, row);
        let sign = if order.buying { 1.0 } else { -1.0 };
        self.cash[order.venue] -= sign * notional;
        self.coin[order.venue] += sign * order.filled;
        if in_coin {
            self.coin[order.venue] -= fee;
            order.fee_coin = fee;
        } else {
            self.cash[order.venue] -= fee;
        }
    }

    pub fn add_residual(&mut self, quantity: f64, cost: f64) {
        if self.residual * quantity < 0.0 {
            let closed = quantity.abs().min(self.residual.abs());
            let closed_cost = portion(self.residual_cost, closed, self.residual.abs());
            let closing = portion(cost, closed, quantity.abs());
            self.legs -= closed_cost + closing;
            self.residual_cost += cost - closing - closed_cost;
        } else {
            self.residual_cost += cost;
        }
        self.residual += quantity;
    }

    pub fn add_fee(&mut self, order: &Order) {
        self.fees -= order.fee_value;
        if order.fee_coin > 0.0 {
            self.add_residual(-order.fee_coin, -order.fee_value);
        }
    }

    pub fn unwind(&mut self, mut known: f64, signal: usize) -> f64 {
        for attempt in 0..3 {
            if self.residual == 0.0 {
                break;
            }
            let row = self.row_at(known, signal);
            let buying = self.residual < 0.0;
            let mut quantity = [0.0; 2];
            let mut net = [0.0; 2];
            for venue in 0..2 {
                let v = &self.venues[venue];
                let (price, _) = self.quote(venue, buying, row);
                net[venue] = if venue == 0 { price } else { price * self.market.rate[row] }
                    * if buying { v.buy_factor() } else { v.sell_factor() };
                let whole = (self.residual.abs() / v.lot).floor() * v.lot;
                if v.notional(price, whole) < v.min_notional {
                    continue;
                }
                let limit = limit_of(venue, true, price, 50.0);
                let most = whole.min(self.affordable(venue, buying, limit));
                let q = (most / v.lot).floor() * v.lot;
                if q > 0.0 && v.notional(price, q) >= v.min_notional {
                    quantity[venue] = q;
                }
            }
            if quantity == [0.0; 2] {
                break;
            }
            let better = if buying { net[1] < net[0] } else { net[1] > net[0] };
            let venue = (quantity[0] == 0.0 || (quantity[1] > 0.0 && better)) as usize;
            let seen = self.quote(venue, buying, row).0;
            let limit = limit_of(venue, buying, seen, 50.0);
            let mut order = Order { venue, buying, quantity: quantity[venue], seen, limit, sent: known, ..Order::default() };
            self.send(&mut order, signal, 2 + attempt);
            known = order.known;
            if order.filled > 0.0 {
                let sign = if buying { 1.0 } else { -1.0 };
                self.add_residual(sign * order.filled, sign * order.value);
                self.add_fee(&order);
            }
        }
        known
    }
}
