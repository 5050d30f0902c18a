"""Words that say nothing about a subject: no reason is made of them, and the ranker's IDF gives them next to nothing.

Each group stood in lists that people read, as a "reason" that convinced nobody. They are what any need or any
achievement says, whatever it is about: wishes, time, quantity, politeness, money, the talk of projects and firms.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GLUE = _words("以及 及其 基于 一种 用于 有关 关于 进行 通过 对于 的 与 及 之 了 或 并")
"""Words between which a shared run is taken apart."""

EDGE = _words(
    """
    研究 技术 方法 应用 开发 研发 研制 关键 示范 推广 项目 产业化 产业 成果 转化
    创新 新型 高效 高性能 高品质 高质量 一体化 系列 若干 相关 主要 实现 解决 提高 需求
    合作 寻求 问题 难题 攻关 探索 实践 推进 及 和 在 对 为 等 其 中 用 式 性 型 制 法
    """
)
"""Words taken off both ends of a shared run."""

WISHES = _words(
    """
    希望 期望 寻找 找到 求购 征集 引进 急需 亟需 亟待 迫切 需要 要求 想要 打算 计划 准备 愿意 可以 能够 能否 是否
    可否 帮助 协助 支持 配合 联系 沟通 欢迎 谢谢 您好 请问 我们 我司 我厂 我公司 本公司 本项目 本成果 他们 自己 大家
    有没有 怎样 怎么 如何 哪些 什么 最好 尽量 尽快 必须 应当 应该 允许 同意 不得 不能 不要 不用 无需 不再 不足 不够
    """
)
TIMES = _words(
    """
    目前 现在 当前 如今 现有 已有 原有 去年 今年 明年 每年 全年 年度 年内 个月 月内 每月 每天 每日 小时 分钟 时间 长期
    短期 近期 早期 后期 前期 中期 周期 期间 以后 以前 之后 之前 此前 随后 连续 持续 开始 结束 截至 截止 多年 近年 首批
    首件 首次 每次 一次 两次 多次 经常 往往 一直 仍然 已经 逐步 逐渐 同时 及时 实时 随时 定期 夜间 白天 冬季 夏季
    """
)
QUANTITIES = _words(
    """
    以上 以下 以内 以外 之内 之间 左右 大约 约为 超过 超出 少于 多于 低于 高于 大于 小于 等于 不少于 不低于 不高于 不超过
    至少 最多 最低 最高 最大 最小 一倍 两倍 一半 成倍 倍以上 多种 各种 各类 不同 部分 全部 所有 大量 少量 较大 较高 较低
    较小 较好 很大 很高 更高 更低 更好 平均 总体 整体 整个 单个 单件 每个 每件 每台 每套 两个 三个 几个 多个 一个 一台
    一套 一般 百分 比例 数量 含量 范围 程度 幅度 水平 上限 下限 明显 显著 严重 有效 良好 稳定 容易 困难 简单 复杂 正常
    异常 完全 基本 主要 重要 相关 其他 其它 另外 此外 例如 其中 包括 由于 因此 所以 因为 但是 而且 并且 如果 只有 只能
    没有 尚未 未能 无法 难以 仍有 仅有 也有 都有
    """
)
DEEDS = _words(
    """
    验证 验收 试用 试制 试产 考核 考察 达到 满足 符合 保证 确保 保持 避免 防止 减少 降低 增加 提升 提高 缩短 延长 加快
    改善 改进 改造 升级 解决 克服 存在 出现 发生 造成 导致 引起 产生 采用 采取 利用 使用 应用 具有 具备 提供 给出 完成
    建立 建成 形成 实现 开展 进行 处理 处理后 经过 结合 针对 根据 按照 判断 确定 选择 选用 设置 安装 更换 调整 替代 替换
    掌握 了解 说明 表明 显示 结果 证明 认为 发现 提出 得到 获得 取得 对比 相比 比较 其余 上述 所述 本文 本发明
    """
)
FIRMS = _words(
    """
    公司 企业 单位 部门 厂家 工厂 车间 院校 高校 团队 专家 工程师 员工 人员 人工 工人 师傅 操作 现场 客户 用户 供应 供货
    供应商 采购 购买 订单 交货 合同 费用 价格 单价 资金 投入 投资 预算 报价 万元 亿元 元以内 销售 收入 利润 产值 产能 产量
    年产 批量 规模 合格 合格率 不合格 不良 返工 返修 报废 损失 浪费 能力 经验 条件 任务 工作 工作量 内容 方面 方向 情况 情形
    阶段 环节 步骤 流程 目标 指标 要点 重点 难点 痛点 瓶颈 原因 优势 特点 缺点 国产 进口 国外 国内 国家 我国 行业 市场
    """
)
GENERIC = _words(
    """
    系统 设备 装备 装置 材料 管理 生产 工艺 产品 设计 制备 制造 加工 分析 控制 检测 优化 改性 评价 评估 建设 服务 平台
    工程 领域 作用 性能 功能 结构 模型 机理 影响 效果 质量 成本 过程 制作 综合 综合利用 规模 体系 模式 方案 数据 信息 科技
    专用 通用 测试 试验 实验 运行 基础 资源 环境 安全 自动 智能 全 类 化 法 器 机 品 料 量 率 度 力 体 剂 组合 集成 配套
    配方 特种 先进 现代 高端 高 大 小 低 多 双 超 快速 生产线 生产工艺 制备方法 组合物 定制 构建 策略 标准 标准化 规范 培养
    适用 作为 区域 局部 品种 优良 优质 可调 种类 新 年 月 一定 本 该 主持 参与 经济 社会 效益 发展 制定 技术需求 核心 部件
    降到 升到 提到 减到 增到 降至 升至 提至 减至 增至 零部件 组件 位置 提前 成熟 原理 活性 内部 外部 出口 毫米 毫克 厘米 公里 平方 立方 毫升 吨级 度 级 老 旧 快 慢 长 短 种 天 日 次 到 至 从 后 前 内 外 上 下 时 不 可 能 需 有 无 个 件 倍
    """
)

DIRECTIONS = _words("下来 下去 上来 上去 起来 出来 进来 过来 回来")
"""Ends of verbs: 降下来, 提上去."""

PLAIN: tuple[str, ...] = (*EDGE, *WISHES, *TIMES, *QUANTITIES, *DEEDS, *FIRMS, *GENERIC, *DIRECTIONS)
"""Words that carry nothing alone or among themselves, but may be part of a longer one ("污水处理系统")."""

PLAIN_PAIRS: frozenset[str] = frozenset(word for word in PLAIN if len(word) == 2)
EMPTY: tuple[str, ...] = (*WISHES, *TIMES, *QUANTITIES, *DEEDS, *FIRMS)
"""Words worth next to nothing in a score as well, however rare the table's texts make them."""
EMPTY_PAIRS: frozenset[str] = frozenset(word[at : at + 2] for word in EMPTY for at in range(len(word) - 1))
EMPTY_CHARACTERS = "希望盼倍您请谢吗呢么怎哪谁咱们我你他她它每些很非常太更最已曾将便即仍尚且若虽但因"
"""Characters that say nothing where they stand alone, held down like the words above."""
