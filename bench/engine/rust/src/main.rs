//! A native scan of the paper engine's rule, for the bench: every row looked at, every trade booked. It leaves out
//! rebalancing, skew and the ratios of the scorecard; trades and profit must equal the paper engine's.
//! Arguments: file of columns, rows, min_spread_pct, slippage_bps, max_position_krw, repeats, plain or vector.

mod trade;

use std::io::Read;
use std::time::Instant;

use trade::*;

struct Factors {
    sell: [f64; 2],
    buy: [f64; 2],
}

#[inline(always)]
fn edges(m: &Market, f: &Factors, row: usize) -> (f64, f64) {
    let rate = m.rate[row];
    (
        (m.side[0].bid[row] * f.sell[0]) / (m.side[1].ask[row] * rate * f.buy[1]) - 1.0,
        (m.side[1].bid[row] * rate * f.sell[1]) / (m.side[0].ask[row] * f.buy[0]) - 1.0,
    )
}

/// The first row whose edge reaches a threshold.
fn next(m: &Market, f: &Factors, mut row: usize, least: [f64; 2], vector: bool) -> usize {
    let rows = m.time.len();
    if vector {
        row = skip_blocks(m, f, row, least);
    }
    while row < rows {
        let (upbit, binance) = edges(m, f, row);
        if upbit >= least[0] || binance >= least[1] {
            return row;
        }
        row += 1;
    }
    rows
}

/// Past the blocks without a hit; no branches within a block, so that it becomes vector code.
fn skip_blocks(m: &Market, f: &Factors, mut row: usize, least: [f64; 2]) -> usize {
    const BLOCK: usize = 64;
    let rows = m.time.len();
    let (ub, ua) = (m.side[0].bid, m.side[0].ask);
    let (bb, ba) = (m.side[1].bid, m.side[1].ask);
    while row + BLOCK <= rows {
        let (ub, ua) = (&ub[row..row + BLOCK], &ua[row..row + BLOCK]);
        let (bb, ba) = (&bb[row..row + BLOCK], &ba[row..row + BLOCK]);
        let rate = &m.rate[row..row + BLOCK];
        let mut hit = false;
        for i in 0..BLOCK {
            let upbit = (ub[i] * f.sell[0]) / (ba[i] * rate[i] * f.buy[1]) - 1.0;
            let binance = (bb[i] * rate[i] * f.sell[1]) / (ua[i] * f.buy[0]) - 1.0;
            hit |= (upbit >= least[0]) | (binance >= least[1]);
        }
        if hit {
            break;
        }
        row += BLOCK;
    }
    row
}

fn replay(m: &Market, venues: &[Venue; 2], min_spread: f64, slippage: f64, position: f64, vector: bool) -> (u64, f64) {
    let f = Factors {
        sell: [venues[0].sell_factor(), venues[1].sell_factor()],
        buy: [venues[0].buy_factor(), venues[1].buy_factor()],
    };
    let rows = m.time.len();
    let mut run = Run {
        market: m,
        venues,
        cash: [venues[0].cash, venues[1].cash],
        coin: [venues[0].coin, venues[1].coin],
        taken_of: [f64::NAN; 4],
        taken: [0.0; 4],
        arbitrage: 0.0,
        fees: 0.0,
        legs: 0.0,
        residual: 0.0,
        residual_cost: 0.0,
    };
    let lot = venues[0].lot.max(venues[1].lot);
    let capital = run.cash[0] + run.krw(1, run.cash[1], 0)
        + round_signed((m.side[0].bid[0] + m.side[0].ask[0]) / 2.0 * (run.coin[0] + run.coin[1]) / 1e4);
    let threshold = min_spread.max(0.0) / 100.0;
    let (mut trades, mut row, mut free) = (0u64, 0usize, f64::NEG_INFINITY);
    let (mut peak, mut last_equity, mut day, mut day_start) = (0.0f64, 0.0f64, f64::NEG_INFINITY, 0.0f64);
    let (mut legs_seen, mut ordered, mut filled) = (0, 0.0, 0.0);
    while row < rows {
        while row < rows && m.time[row] < free {
            row += 1;
        }
        let least = [0, 1].map(|sell| {
            let buy = 1 - sell;
            let can = run.coin[sell] >= lot && run.cash[buy] >= venues[buy].min_notional;
            if can { threshold } else { f64::INFINITY }
        });
        row = next(m, &f, row, least, vector);
        if row == rows {
            break;
        }
        let signal = row;
        row += 1;
        let time = m.time[signal];
        if !(m.side[0].updated[signal] >= time - 5e6 && m.side[1].updated[signal] >= time - 5e6) {
            continue;
        }
        let (upbit, binance) = edges(m, &f, signal);
        let (over_upbit, over_binance) = (upbit - least[0], binance - least[1]);
        let sell = if over_upbit >= 0.0 && !(over_binance > over_upbit) { 0 } else { 1 };
        let mut orders = [sell, 1 - sell].map(|venue| {
            let buying = venue != sell;
            let seen = run.quote(venue, buying, signal).0;
            Order { venue, buying, seen, limit: limit_of(venue, buying, seen, slippage), sent: time, ..Order::default() }
        });
        let buy = 1 - sell;
        let limit_krw = if buy == 0 { orders[1].limit } else { orders[1].limit * m.rate[signal] };
        let wanted = (position * 1e8 / limit_krw).floor()
            .min(run.available(sell, false, signal).min(run.available(buy, true, signal)).floor())
            .min(run.coin[sell])
            .min(run.affordable(buy, true, orders[1].limit));
        let quantity = (wanted / lot).floor() * lot;
        let too_small = orders.iter().any(|o| venues[o.venue].notional(o.seen, quantity) < venues[o.venue].min_notional);
        if !(quantity > 0.0) || too_small {
            continue;
        }
        for order in &mut orders {
            order.quantity = quantity;
        }
        orders.sort_by_key(|o| o.venue);
        for (number, order) in orders.iter_mut().enumerate() {
            run.send(order, signal, number as u32);
        }
        let (s, b) = (orders[sell], orders[buy]);
        let matched = b.filled.min(s.filled);
        let (bought, sold) = (portion(b.value, matched, b.filled), portion(s.value, matched, s.filled));
        run.arbitrage += sold - bought;
        if b.filled > matched {
            run.add_residual(b.filled - matched, b.value - bought);
        }
        if s.filled > matched {
            run.add_residual(matched - s.filled, sold - s.value);
        }
        run.add_fee(&b);
        run.add_fee(&s);
        legs_seen += 2;
        ordered += 2.0 * quantity;
        filled += b.filled + s.filled;
        if b.filled > 0.0 || s.filled > 0.0 {
            trades += 1;
        }
        let settled = run.unwind(b.known.max(s.known), signal);
        let at = run.row_at(settled, signal);
        let mark = round_signed((m.side[0].bid[at] + m.side[0].ask[at]) / 2.0 * run.residual / 1e4);
        let equity = run.realised() + mark - run.residual_cost;
        let today = (settled / DAY).floor();
        if today != day {
            day = today;
            day_start = last_equity;
        }
        last_equity = equity;
        peak = peak.max(equity);
        free = settled;
        let slipped = [&b, &s].map(|o| match (o.filled > 0.0, o.buying) {
            (false, _) => 0.0,
            (true, true) => (o.price / o.seen - 1.0) * 1e4,
            (true, false) => (1.0 - o.price / o.seen) * 1e4,
        });
        let cool = settled + 300.0 * SECOND;
        if -equity > 5e6 * KRW {
            break;
        } else if day_start - equity > 1e6 * KRW {
            free = cool.max((day + 1.0) * DAY);
        } else if peak - equity > capital * 5.0 / 100.0 {
            free = cool;
            peak = equity;
        } else if mark.abs() > 5e5 * KRW || slipped[0].max(slipped[1]) > 100.0 || (legs_seen >= 20 && filled / ordered < 0.2) {
            free = cool;
        }
        if legs_seen >= 20 {
            (legs_seen, ordered, filled) = (0, 0.0, 0.0);
        }
    }
    (trades, run.realised() / KRW)
}

fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|s| s.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let number = |i: usize| args[i].parse::<f64>().expect("a number");
    let rows = number(2) as usize;
    let mut bytes = vec![0u8; rows * 12 * 8];
    std::fs::File::open(&args[1]).and_then(|mut file| file.read_exact(&mut bytes)).expect("columns");
    let data: Vec<f64> = bytes.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect();
    drop(bytes);
    let column = |i: usize| &data[i * rows..(i + 1) * rows];
    let side = |i: usize| Side {
        bid: column(i),
        bid_qty: column(i + 1),
        ask: column(i + 2),
        ask_qty: column(i + 3),
        updated: column(i + 4),
    };
    let market = Market { time: column(0), side: [side(1), side(6)], rate: column(11) };
    let venues = [
        Venue { fee_ppm: 500.0, fee_in_coin: false, lot: 1.0, min_notional: 5e7, divisor: 1e4, latency: 20e3, jitter: 10e3, cash: 200e6 * KRW, coin: 4e8 },
        Venue { fee_ppm: 1000.0, fee_in_coin: true, lot: 1000.0, min_notional: 5e8, divisor: 1.0, latency: 60e3, jitter: 30e3, cash: 150e3 * 1e8, coin: 4e8 },
    ];
    let repeats = number(6) as usize;
    let vector = args[7] == "vector";
    let (mut trades, mut pnl) = replay(&market, &venues, number(3), number(4), number(5), vector);
    let (cpu, started) = (cpu_seconds(), Instant::now());
    for _ in 0..repeats {
        (trades, pnl) = std::hint::black_box(replay(&market, &venues, number(3), number(4), number(5), vector));
    }
    let wall = started.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - cpu;
    println!("{{\"trades\":{trades},\"pnl\":{pnl},\"cpuMs\":{},\"wallMs\":{}}}", cpu * 1e3 / repeats as f64, wall * 1e3 / repeats as f64);
}
