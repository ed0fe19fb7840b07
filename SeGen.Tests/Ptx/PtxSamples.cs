namespace SeGen.Tests.Ptx;

/// <summary>Small kernels, written by hand, that the interpreter is tested with: right as they stand, wrong with a line changed.</summary>
internal static class PtxSamples
{
    private const string Header = """
        .version 7.0
        .target sm_75
        .address_size 64


        """;

    /// <summary>y[i] = 2 x[i], for as many i as there are threads.</summary>
    public const string Double = Header + """
        .visible .entry double(.param .u64 x, .param .u64 y)
        .maxntid 64, 1, 1
        {
            .reg .b32 %thread, %i;
            .reg .b64 %x, %y, %at;
            .reg .f32 %value;

            ld.param.u64 %x, [x];
            ld.param.u64 %y, [y];
            cvta.to.global.u64 %x, %x;
            cvta.to.global.u64 %y, %y;
            mov.u32 %thread, %tid.x;
            mov.u32 %i, %ctaid.x;
            mad.lo.u32 %i, %i, 64, %thread;
            mul.wide.u32 %at, %i, 4;
            add.u64 %x, %x, %at;
            add.u64 %y, %y, %at;
            ld.global.nc.f32 %value, [%x];
            add.rn.f32 %value, %value, %value;
            st.global.f32 [%y], %value;
            ret;
        }
        """;

    /// <summary>total[block] = the sum of 64 values of x: within warps by exchange, then by shared memory.</summary>
    public static readonly string BlockSum = Header + """
        .visible .entry sum(.param .u64 x, .param .u64 total)
        .maxntid 64, 1, 1
        {
            .reg .pred %isFirst;
            .reg .b32 %thread, %lane, %warp, %block, %place, %bits;
            .reg .b64 %x, %total, %at;
            .reg .f32 %sum, %other;
            .shared .align 16 .b8 partial[8];

            ld.param.u64 %x, [x];
            ld.param.u64 %total, [total];
            mov.u32 %thread, %tid.x;
            mov.u32 %block, %ctaid.x;
            and.b32 %lane, %thread, 31;
            shr.u32 %warp, %thread, 5;
            mad.lo.u32 %bits, %block, 64, %thread;
            mul.wide.u32 %at, %bits, 4;
            add.u64 %x, %x, %at;
            ld.global.f32 %sum, [%x];

            // The sum of a warp, in every lane.

        """ + string.Concat(new[] { 16, 8, 4, 2, 1 }.Select(distance => $"""
                mov.b32 %bits, %sum;
                shfl.sync.bfly.b32 %bits, %bits, {distance}, 31, 0xffffffff;
                mov.b32 %other, %bits;
                add.rn.f32 %sum, %sum, %other;

            """)) + """

            // The first lane of each warp leaves it to the first thread.
            mov.u32 %place, partial;
            mad.lo.u32 %place, %warp, 4, %place;
            setp.eq.u32 %isFirst, %lane, 0;
            @%isFirst st.shared.f32 [%place], %sum;
            bar.sync 0;
            setp.ne.u32 %isFirst, %thread, 0;
            @%isFirst bra End;
            ld.shared.f32 %sum, [partial];
            ld.shared.f32 %other, [partial+4];
            add.rn.f32 %sum, %sum, %other;
            mul.wide.u32 %at, %block, 4;
            add.u64 %total, %total, %at;
            st.global.f32 [%total], %sum;
        End:
            ret;
        }
        """;

    /// <summary>Every block writes its number plus one; the block that comes last adds them all up.</summary>
    public const string Ticket = Header + """
        .visible .entry ticket(.param .u64 parts, .param .u64 count, .param .u64 total)
        .maxntid 32, 1, 1
        {
            .reg .pred %p;
            .reg .b32 %thread, %block, %blocks, %old, %last, %i, %value, %sum;
            .reg .b64 %parts, %count, %total, %at;

            ld.param.u64 %parts, [parts];
            ld.param.u64 %count, [count];
            ld.param.u64 %total, [total];
            mov.u32 %thread, %tid.x;
            setp.ne.u32 %p, %thread, 0;
            @%p bra End;
            mov.u32 %block, %ctaid.x;
            mov.u32 %blocks, %nctaid.x;
            mul.wide.u32 %at, %block, 4;
            add.u64 %at, %parts, %at;
            add.u32 %value, %block, 1;
            st.global.u32 [%at], %value;
            fence.acq_rel.gpu;
            atom.relaxed.gpu.global.add.u32 %old, [%count], 1;
            fence.acq_rel.gpu;
            sub.u32 %last, %blocks, 1;
            setp.ne.u32 %p, %old, %last;
            @%p bra End;
            mov.u32 %i, 0;
            mov.u32 %sum, 0;
        Next:
            mul.wide.u32 %at, %i, 4;
            add.u64 %at, %parts, %at;
            ld.global.u32 %value, [%at];
            add.u32 %sum, %sum, %value;
            add.u32 %i, %i, 1;
            setp.lt.u32 %p, %i, %blocks;
            @%p bra Next;
            st.global.u32 [%total], %sum;
        End:
            ret;
        }
        """;

    /// <summary>Every block writes its number, waits for all, and reads its neighbour's.</summary>
    public const string GridBarrier = Header + """
        .visible .entry neighbours(.param .u64 numbers, .param .u64 result, .param .u64 barrier)
        .maxntid 64, 1, 1
        {
            .reg .pred %p, %isFirstBlock;
            .reg .b32 %thread, %block, %blocks, %add, %old, %now, %value;
            .reg .b64 %numbers, %result, %barrier, %at;

            ld.param.u64 %numbers, [numbers];
            ld.param.u64 %result, [result];
            ld.param.u64 %barrier, [barrier];
            mov.u32 %thread, %tid.x;
            mov.u32 %block, %ctaid.x;
            mov.u32 %blocks, %nctaid.x;
            setp.ne.u32 %p, %thread, 40;
            @%p bra Written;
            mul.wide.u32 %at, %block, 4;
            add.u64 %at, %numbers, %at;
            st.global.u32 [%at], %block;
        Written:
            bar.sync 0;
            setp.ne.u32 %p, %thread, 0;
            @%p bra Done;

            // The first block adds what turns the highest bit when all others have added 1.
            sub.u32 %add, 0x80000001, %blocks;
            setp.eq.u32 %isFirstBlock, %block, 0;
            selp.b32 %add, %add, 1, %isFirstBlock;
            fence.acq_rel.gpu;
            atom.relaxed.gpu.global.add.u32 %old, [%barrier], %add;
        Spin:
            ld.relaxed.gpu.global.u32 %now, [%barrier];
            xor.b32 %now, %now, %old;
            setp.ge.s32 %p, %now, 0;
            @%p bra Spin;
            fence.acq_rel.gpu;
        Done:
            bar.sync 0;
            setp.ne.u32 %p, %thread, 7;
            @%p bra End;
            add.u32 %value, %block, 1;
            rem.u32 %value, %value, %blocks;
            mul.wide.u32 %at, %value, 4;
            add.u64 %at, %numbers, %at;
            ld.global.cg.u32 %value, [%at];
            mul.wide.u32 %at, %block, 4;
            add.u64 %at, %result, %at;
            st.global.u32 [%at], %value;
        End:
            ret;
        }
        """;
}
