"""Units as engineers write them, with what they measure and how large they are, so that figures can be compared.

A table and no library: those at hand read English only, and ours must read 吨/天, 毫克/升 and 次 as well. A spelling is
looked up as written first and in lower case then: `mW` stays apart from `MW`, and `mpa` of a text in normal form is MPa.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """`symbol` is how it is shown; values times `factor` compare within one `measure` (empty: with nothing)."""

    symbol: str
    measure: str
    factor: float


NO_UNIT = Unit("", "", 1.0)

_TABLE = """
length      m     1       m 米
length      km    1e3     km 公里 千米
length      cm    1e-2    cm 厘米 公分
length      mm    1e-3    mm 毫米
length      μm    1e-6    μm um 微米
length      nm    1e-9    nm 纳米
area        m²    1       m2 m² ㎡ 平方米 平米
area        km²   1e6     km2 km² 平方公里 平方千米
area        cm²   1e-4    cm2 cm² 平方厘米
area        mm²   1e-6    mm2 mm² 平方毫米
area        亩    666.667 亩
area        公顷  1e4     公顷
volume      m³    1       m3 m³ ㎥ 立方米 立方 方
volume      cm³   1e-6    cm3 cm³ 立方厘米
volume      L     1e-3    l 升 公升
volume      mL    1e-6    ml 毫升
volume      μL    1e-9    μl ul 微升
gas         Nm³   1       nm3 nm³ 标方 标准立方米
mass        t     1e3     t 吨
mass        kg    1       kg 千克 公斤
mass        g     1e-3    g 克
mass        mg    1e-6    mg 毫克
mass        μg    1e-9    μg ug 微克
mass        斤    0.5     斤
time        s     1       s 秒
time        ms    1e-3    ms 毫秒
time        μs    1e-6    μs us 微秒
time        min   60      min 分钟
time        h     3600    h hr 小时 个小时
time        天    86400   天 个工作日 工作日
time        周    604800  周 个星期 星期
time        个月  2629800 个月
time        年    31557600 年
pressure    Pa    1       pa 帕
pressure    kPa   1e3     kpa 千帕
pressure    MPa   1e6     mpa 兆帕
pressure    GPa   1e9     gpa 吉帕
pressure    bar   1e5     bar
force       N     1       n 牛 牛顿
force       kN    1e3     kn 千牛
torque      N·m   1       n·m n.m n•m 牛米
power       W     1       w 瓦
power       kW    1e3     kw 千瓦
power       MW    1e6     mw 兆瓦
power       GW    1e9     gw
power       mW    1e-3    mW
energy      J     1       j 焦耳
energy      kJ    1e3     kj 千焦
energy      MJ    1e6     mj
energy      kWh   3.6e6   kwh kw·h kw.h 度电 千瓦时
energy      MWh   3.6e9   mwh
energy      kcal  4184    kcal 大卡
voltage     V     1       v 伏
voltage     mV    1e-3    mv 毫伏
voltage     kV    1e3     kv 千伏
current     A     1       a 安培
current     mA    1e-3    ma 毫安
charge      Ah    1       ah 安时
charge      mAh   1e-3    mah
charge_mass mAh/g 1       mah/g
resistance  Ω     1       ω ohm 欧姆
resistance  kΩ    1e3     kω
resistance  MΩ    1e6     mω 兆欧
frequency   Hz    1       hz 赫兹
frequency   kHz   1e3     khz
frequency   MHz   1e6     mhz 兆赫
frequency   GHz   1e9     ghz
rotation    r/min 1       rpm r/min 转/分 转/分钟
temperature ℃     1       ℃ °c ºc 摄氏度
kelvin      K     1       k
angle       °     1       °
degree      度    1       度
share       %     0.01    % ％ wt% vol% at% 个百分点 百分点
share       ‰     0.001   ‰
share       ppm   1e-6    ppm
share       ppb   1e-9    ppb
share       成    0.1     成
times       倍    1       倍
cycles      次    1       次 周次 个循环
noise       dB    1       db 分贝 db(a)
hardness_c  HRC   1       hrc
hardness_v  HV    1       hv
hardness_b  HB    1       hb hbw
viscosity   Pa·s  1       pa·s pa.s
viscosity   mPa·s 1e-3    mpa·s mpa.s cp
light       lm    1       lm 流明
light_level lx    1       lx lux 勒克斯
data        KB    1e3     kb
data        MB    1e6     mb
data        GB    1e9     gb
data        TB    1e12    tb
bitrate     Mbps  1e6     mbps
bitrate     Gbps  1e9     gbps
pixels      像素  1       像素
substance   mol   1       mol
substance   mmol  1e-3    mmol
conduction  W/(m·K) 1     w/(m·k) w/m·k w/mk w/m.k
density     g/cm³ 1       g/cm3 g/cm³
density     kg/m³ 1e-3    kg/m3 kg/m³
money       元    1       元 人民币
foreign     美元  1       美元
count       台    1       台
count       套    1       套 台套
count       件    1       件
count       个    1       个
count       只    1       只
count       支    1       支
count       根    1       根
count       块    1       块
count       片    1       片
count       头    1       头
count       羽    1       羽
count       尾    1       尾
count       株    1       株
count       人    1       人 名 人次
count       条    1       条
count       种    1       种
count       项    1       项
count       级    1       级
count       层    1       层
count       路    1       路
count       位    1       位
count       批    1       批
count       辆    1       辆
count       户    1       户
count       点    1       个点
count       例    1       例
count       目    1       目
"""
"""A line: what is measured, symbol, factor, spellings. Of `count`, only equal symbols compare."""

_UNDER = """
小时 h hr 天 日 d 年 a 月 min 分钟 分 秒 s 班 次 吨 t kg 千克 公斤 g m2 m² ㎡ m3 m³ ㎥ nm3 nm³ 立方米 立方 方 平方米 平米
l 升 ml dl km 公里 m 米 mm cm 亩 台 套 件 个 只 人 车 k ℃ °c w kw kwh 度 cm2 cm² cm3 cm³ mm2 mm² mol 头 株 块 片 条 根
辆 户 批 v pa mpa
"""
PER = frozenset(_UNDER.split())
"""What stands under the stroke: 吨/天, mg/L, 元/吨. A rate compares with the same rate only."""


def _rows() -> Iterator[tuple[str, Unit]]:
    for line in _TABLE.strip().split("\n"):
        measure, symbol, factor, *spellings = line.split()
        for spelling in spellings:
            own = f"count {symbol}" if measure == "count" else measure
            yield spelling, Unit(symbol, own, float(factor))


SPELLINGS: dict[str, Unit] = dict(_rows())
_DAY = SPELLINGS["天"]


def lookup(written: str) -> Unit | None:
    """The unit a text names, None where the table has none; `吨/天` is a measure of its own."""
    tight = written.strip().replace("µ", "μ")
    low = tight.lower()
    found = SPELLINGS.get(tight) or SPELLINGS.get(low)
    if found is not None:
        return found
    over, stroke, under = low.partition("/")
    first = SPELLINGS.get(over)
    if first is None or not stroke or under not in PER:
        return None
    second = _DAY if under in ("日", "d") else SPELLINGS.get(under)
    below = second.symbol if second is not None else under
    return Unit(f"{first.symbol}/{below}", f"{first.measure}/{below}", first.factor)
